import { sbomFormatOfPredicate } from '../attestations/sbom/predicate-types.ts';
import type { Sbom } from '../attestations/sbom/sbom.ts';
import { type AttachedSbom, sbomOf, sbomsOn } from '../policy/attached-sboms.ts';
import type { Vouching } from '../policy/policy.ts';
import type { JudgedManifest } from '../policy/subject.ts';
import { isSigned, mayAttest } from '../policy/vouching.ts';
import type { Fault } from '../reasons.ts';
import { subjectWithDigest } from '../verify/in-toto.ts';
import { Refused } from '../verify/refused.ts';
import type { Verdict } from '../verify/verifier.ts';
import { type ComponentList, listOf } from './component-list.ts';
import { entriesOf, type Shown } from './facts-evidence.ts';
import { distributionsIn, isSourceless } from './distributions.ts';
import { statedBy } from './stated.ts';

/** What an SBOM says of itself and of what an image contains. */
export interface SbomContents extends Pick<Sbom, 'describes' | 'ecosystems' | 'truncated' | 'partial'> {
  /** `cyclonedx 1.6` */
  readonly format: string;
  /** RFC 3339. */
  readonly created: string | null;
  /** The distributions whose packages it lists, by the names of their ecosystems, or as it calls them. */
  readonly distributions: readonly string[];
  /** Whether it lists many packages of a distribution, and of none the source package. */
  readonly sourceless: boolean;
  /** How many packages it lists in what it describes, which `components` holds too where it is one. */
  readonly listed: number;
  readonly components: ComponentList;
}

/** An SBOM that lies on a manifest. */
export interface SbomFacts {
  /** By whom it is attested; null where nobody has signed it, or the signature does not verify. */
  readonly claim: Vouching | null;
  /** Why its signature does not verify; null where it does, and where there is none. */
  readonly refusal: Fault | null;
  /** The user's own scanner, which has just made it; null for what is attached to the image. */
  readonly selfMade: string | null;
  readonly contents:
    | { readonly ok: true; readonly value: SbomContents }
    | { readonly ok: false; readonly fault: Fault };
  readonly evidence: Shown;
}

/** All SBOMs about a manifest that lie on it, or, as BuildKit's unsigned statements do, on its index. */
export function sbomFacts(manifest: JudgedManifest, index: JudgedManifest | null): readonly SbomFacts[] {
  const statements = index
    ? sbomsOn(index, manifest).filter(({ verdict }) => verdict.evidence.format === 'statement')
    : [];
  return [...sbomsOn(manifest, manifest), ...refusedOn(manifest), ...statements].map(
    ({ claim, verdict, sbom }): SbomFacts => ({
      claim: claim && { signer: claim.signer, signatureRepository: claim.signatureRepository },
      refusal: verdict.result === 'refused' && isSigned(verdict.evidence.format) ? verdict.refusal : null,
      selfMade: null,
      contents: sbom.ok ? { ok: true, value: contentsOf(sbom.value) } : sbom,
      evidence: entriesOf(verdict),
    }),
  );
}

const contents = new WeakMap<Sbom, SbomContents>();

/** What a query asks of an SBOM. */
export function contentsOf(sbom: Sbom): SbomContents {
  const known = contents.get(sbom);
  if (known) return known;
  const { format, specVersion, created, describes, ecosystems, truncated, partial, components, besides } =
    sbom;
  const value: SbomContents = {
    format: `${format} ${specVersion}`,
    created: created?.toISOString() ?? null,
    describes,
    ecosystems,
    truncated,
    partial,
    distributions: distributionsIn(components),
    sourceless: isSourceless(components),
    listed: components.length,
    components: listOf([...components, ...besides]),
  };
  contents.set(sbom, value);
  return value;
}

/** Attested SBOMs whose signature does not verify: nobody vouches for them, and they may say what was asked for all the same. */
function refusedOn(on: JudgedManifest): AttachedSbom[] {
  return on.verdicts.flatMap((verdict): AttachedSbom[] => {
    if (verdict.result !== 'refused' || !isSigned(verdict.evidence.format)) return [];
    const sbom = statedSbom(verdict, on.digest);
    return sbom === null ? [] : [{ on, claim: null, verdict, sbom }];
  });
}

/** Null for what surely is no SBOM. */
function statedSbom(
  { evidence, refusal }: Extract<Verdict, { result: 'refused' }>,
  digest: string,
): AttachedSbom['sbom'] | null {
  const { content } = statedBy(evidence);
  if (content === null)
    return mayAttest(evidence.format) ? { ok: false, fault: unknownContent(refusal) } : null;
  if (content.kind !== 'attestation' || sbomFormatOfPredicate(content.predicateType) === null) return null;
  if (!isAbout(content.statement, digest)) {
    const message = `the SBOM is attested of another image than ${digest}`;
    return { ok: false, fault: { reason: 'SbomForOtherImage', message } };
  }
  const sbom = sbomOf({ content });
  if (sbom.ok) return sbom;
  return {
    ok: false,
    fault: { reason: 'SbomUnreadable', message: `the SBOM cannot be read: ${sbom.message}` },
  };
}

/** What is signed and cannot be read may be an SBOM. */
function unknownContent({ reason, message }: Fault): Fault {
  return reason === 'SignatureForOtherImage'
    ? { reason: 'SbomForOtherImage', message: `something is attested that may be an SBOM: ${message}` }
    : {
        reason: 'SbomUnreadable',
        message: `something is attested that may be an SBOM, and cannot be read: ${message}`,
      };
}

function isAbout(statement: Parameters<typeof subjectWithDigest>[0], digest: string): boolean {
  try {
    subjectWithDigest(statement, digest);
    return true;
  } catch (cause) {
    if (cause instanceof Refused) return false;
    throw cause;
  }
}
