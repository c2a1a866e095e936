import { quoted } from '../quoted.ts';
import { type Reading, unreadable } from '../reading.ts';
import { readProvenanceV01 } from './provenance-v0.1.ts';
import { readProvenanceV02 } from './provenance-v0.2.ts';
import { readProvenanceV1 } from './provenance-v1.ts';

/** Where the code came from, as the provenance says. */
export interface Source {
  readonly uri: string;
  /** `algorithm:hex`; for git `gitCommit:…`, whatever the version calls it. */
  readonly digest: string | null;
}

/** What the provenance says of a GitHub Actions run that the certificate says as well. */
export interface GitHubRun {
  readonly repositoryId: string | null;
  readonly ownerId: string | null;
  readonly trigger: string | null;
  readonly runnerEnvironment: string | null;
}

/** SLSA provenance, whatever its version. */
export interface Provenance {
  readonly version: 'v0.1' | 'v0.2' | 'v1';
  readonly builderId: string;
  readonly buildType: string;
  /** The source, not its dependencies; several only where a build type does not tell which of its repositories it is. */
  readonly sources: readonly Source[];
  /** The full git reference (`refs/…`) that was built. */
  readonly sourceRef: string | null;
  /** The path of the definition within the source that was run: a workflow, a Dockerfile. */
  readonly entryPoint: string | null;
  /** What the caller of the build chose. */
  readonly parameters: unknown;
  readonly invocationId: string | null;
  readonly startedOn: Date | null;
  readonly finishedOn: Date | null;
  readonly gitHub: GitHubRun;
}

/** What of SLSA a predicate type stands for; a verification summary is known and cannot be read. */
export type SlsaPredicate = Provenance['version'] | 'verification summary';

const PREDICATE_TYPES: Readonly<Record<string, SlsaPredicate>> = {
  'https://slsa.dev/provenance/v0.1': 'v0.1',
  'https://slsa.dev/provenance/v0.2': 'v0.2',
  'https://slsa.dev/provenance/v1': 'v1',
  'https://slsa.dev/verification_summary/v0.2': 'verification summary',
  'https://slsa.dev/verification_summary/v1': 'verification summary',
};

/** What of SLSA a predicate type stands for; null if it is not SLSA's. */
export function slsaPredicate(predicateType: string): SlsaPredicate | null {
  return Object.hasOwn(PREDICATE_TYPES, predicateType) ? (PREDICATE_TYPES[predicateType] ?? null) : null;
}

/** Reads a provenance predicate by its predicate type. */
export function readProvenance(predicateType: string, predicate: unknown): Reading<Provenance> {
  const kind = slsaPredicate(predicateType);
  switch (kind) {
    case 'v0.1':
      return readProvenanceV01(predicate);
    case 'v0.2':
      return readProvenanceV02(predicate);
    case 'v1':
      return readProvenanceV1(predicate);
    case 'verification summary':
      return unreadable('it is a SLSA verification summary, which this version cannot judge');
    case null:
      return unreadable(`it is of the type ${quoted(predicateType)}, which is not SLSA provenance`);
  }
}
