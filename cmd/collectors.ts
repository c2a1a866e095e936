import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { readSbom } from '../src/attestations/sbom/read-sbom.ts';
import type { Collector } from '../src/evidence/collector.ts';
import { COLLECTORS } from '../src/evidence/collectors.ts';
import { fromMirrors } from '../src/evidence/mirrors.ts';
import { ownSboms } from '../src/evidence/own-sboms.ts';
import { recordedSboms } from '../src/evidence/recorded-sboms.ts';
import { signatureRepository } from '../src/evidence/signature-repository.ts';
import type { Policy } from '../src/policy/policy.ts';
import type { Layout } from '../src/registry/layout.ts';
import { SBOM_SOURCES } from '../src/registry/saved-sboms.ts';
import { terminalText } from '../src/report/terminal-text.ts';
import { type Io, UsageError } from './command.ts';
import type { JudgingFlags } from './flags.ts';
import { githubCollectors } from './github.ts';

/** Where a policy has evidence looked for besides. */
export type CollectorsFor = (policy: Policy | null) => readonly Collector[];

/** Where evidence is looked for: beside each image, and where the policy and the flags say. Throws `UsageError`. */
export function findCollectors(flags: JudgingFlags, policy: Policy | null, io: Io): readonly Collector[] {
  const named = flags['github-attestations'];
  if (flags.offline && named.length > 0 && flags.evidence === undefined)
    throw new UsageError(
      '--github-attestations asks GitHub, and --offline does not; name one of them, or --evidence',
    );
  return [
    ...COLLECTORS.map((collector) => fromMirrors(collector, policy?.registryMirrors ?? [])),
    ...(policy?.signatureRepositories ?? []).map((repository) => signatureRepository(repository)),
    ...githubCollectors(named, io),
    ...ownSbomsIn(flags.sbom, io),
  ];
}

/** What was saved of SBOMs outside of registries. An audit looks for those of the cluster only where it would in the cluster. */
export function savedBeside({ sboms }: Pick<Layout, 'sboms'>, policy: Policy | null): readonly Collector[] {
  if (sboms === undefined) return [];
  return [recordedSboms(sboms, acceptsUnsignedSboms(policy) ? SBOM_SOURCES : ['ownDirectory'])];
}

/** An audit asks the cluster for Trivy Operator's SBOMs only where it accepts those that nobody has signed: there is one for each container. */
export function acceptsUnsignedSboms(policy: Policy | null): boolean {
  const rules = policy?.rules ?? [];
  return rules.some(
    ({ checks, sbomSigners }) => sbomSigners === undefined && checks.some(({ name }) => name === 'sbom'),
  );
}

/** The directory of `--sbom`. Throws `UsageError` where it is none. */
function ownSbomsIn(named: string | undefined, io: Io): readonly Collector[] {
  if (named === undefined) return [];
  const directory = resolve(io.cwd, named);
  if (!statSync(directory, { throwIfNoEntry: false })?.isDirectory())
    throw new UsageError(`--sbom ${named} is no directory; it names one with an SBOM for each image`);
  return [
    ownSboms({
      directory,
      describes(bytes) {
        const sbom = readSbom(bytes, null);
        return sbom.ok ? { ok: true, digests: sbom.value.describes } : sbom;
      },
      onPassedOver: (message) => io.stderr(`--sbom: ${terminalText(message)}\n`),
    }),
  ];
}
