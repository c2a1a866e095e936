import type { Reading } from '../attestations/reading.ts';
import { sbomFormatOfPredicate } from '../attestations/sbom/predicate-types.ts';
import { readSbom } from '../attestations/sbom/read-sbom.ts';
import type { Sbom } from '../attestations/sbom/sbom.ts';
import type { Evidence } from '../evidence/collector.ts';
import { OPENING_BRACE, QUOTE } from '../json-bytes.ts';
import { stringBytes } from '../json-pieces.ts';
import type { Fault } from '../reasons.ts';
import { parseStatement, type Statement, subjectWithDigest } from '../verify/in-toto.ts';
import { Refused } from '../verify/refused.ts';
import type { Claim, Verdict } from '../verify/verifier.ts';
import type { FoundClaim } from './policy.ts';
import type { JudgedManifest } from './subject.ts';
import { claimsOn } from './vouching.ts';

/** An SBOM that lies on a manifest, or why what is said to be one is none. */
export interface AttachedSbom {
  readonly on: JudgedManifest;
  /** By whom it is attested; null where nobody has signed it. */
  readonly claim: FoundClaim | null;
  /** The piece of evidence that it is. */
  readonly verdict: Verdict;
  readonly sbom: { readonly ok: true; readonly value: Sbom } | { readonly ok: false; readonly fault: Fault };
}

/** Whether somebody attests an SBOM. */
export function isSbom({ content }: Claim): boolean {
  return content.kind === 'attestation' && sbomFormatOfPredicate(content.predicateType) !== null;
}

/** A statement is read once, however many children and rules ask for it. */
const attested = new WeakMap<object, Reading<Sbom>>();

/** The SBOM that a claim attests. */
export function sbomOf({ content }: Pick<Claim, 'content'>): Reading<Sbom> {
  const known = attested.get(content);
  if (known) return known;
  const sbom =
    content.kind === 'attestation'
      ? readSbom(predicateOf(content.statement), sbomFormatOfPredicate(content.predicateType))
      : { ok: false as const, message: 'it is no attestation' };
  attested.set(content, sbom);
  return sbom;
}

/** A large predicate is read out of its bytes, which may be a JSON string with the document in it. */
function predicateOf(statement: Statement): unknown {
  const { json } = statement;
  if (json?.[0] === OPENING_BRACE) return json;
  return json?.[0] === QUOTE ? stringBytes(json) : statement.predicate;
}

/** All SBOMs that lie on a manifest and are about it or the judged one: attested by anybody, or attached by themselves. */
export function sbomsOn(on: JudgedManifest, judged: JudgedManifest): AttachedSbom[] {
  return on.verdicts.flatMap((verdict): AttachedSbom[] => {
    const { evidence } = verdict;
    if (verdict.result === 'verified')
      return claimsOn({ ...on, verdicts: [verdict] }, isSbom).map((claim) => ({
        on,
        claim,
        verdict,
        sbom: orUnreadable(sbomOf(claim)),
      }));
    if (evidence.format === 'sbom' && evidence.subject === on.digest)
      return [{ on, claim: null, verdict, sbom: aloneIn(evidence) }];
    // BuildKit keeps a child's statements in the index.
    if (evidence.format !== 'statement' || evidence.subject !== judged.digest) return [];
    const predicate = statedIn(evidence);
    if (predicate === null) return [];
    return [{ on: judged, claim: null, verdict, sbom: predicate }];
  });
}

type ReadOnce = AttachedSbom['sbom'];
const attachedAlone = new WeakMap<Evidence, ReadOnce>();

function aloneIn(evidence: Evidence): ReadOnce {
  const { unread, bytes } = evidence;
  return unread === undefined
    ? unsigned(evidence, () => bytes)
    : orUnreadable({ ok: false, message: unread });
}

function unsigned(evidence: Evidence, document: () => unknown): ReadOnce {
  const known = attachedAlone.get(evidence) ?? orUnreadable(readSbom(document(), null));
  attachedAlone.set(evidence, known);
  return known;
}

/** Null for a statement that is about something else than what an image contains. */
function statedIn(evidence: Evidence): ReadOnce | null {
  try {
    const statement = parseStatement(evidence.bytes);
    if (sbomFormatOfPredicate(statement.predicateType) === null) return null;
    subjectWithDigest(statement, evidence.subject);
    return unsigned(evidence, () => predicateOf(statement));
  } catch (cause) {
    if (!(cause instanceof Refused)) throw cause;
    return { ok: false, fault: { reason: cause.reason, message: cause.message } };
  }
}

function orUnreadable(sbom: Reading<Sbom>): ReadOnce {
  if (sbom.ok) return sbom;
  const message = `the SBOM cannot be read: ${sbom.message}`;
  return { ok: false, fault: { reason: 'SbomUnreadable', message } };
}

/**
 * Why an SBOM is not this image's; null if it is. `runnable` are the digests of all that may run out of the index: what is said of an
 * index may be true of one platform only, so the SBOM has to name the child, or there is but one.
 */
export function otherImage(
  { describes }: Pick<Sbom, 'describes'>,
  { on, judged }: { readonly on: { readonly digest: string }; readonly judged: { readonly digest: string } },
  runnable: readonly string[],
): Fault | null {
  const ours = new Set([judged.digest, on.digest, ...(on === judged ? [] : runnable)]);
  if (describes.length > 0 && !describes.some((digest) => ours.has(digest))) {
    return {
      reason: 'SbomForOtherImage',
      message: `the SBOM describes ${describes.slice(0, 3).join(', ')}, not ${judged.digest}`,
      remediation: 'attest the SBOM of this very image',
    };
  }
  if (on !== judged && runnable.length > 1 && !describes.includes(judged.digest)) {
    return {
      reason: 'PlatformNotCovered',
      message: `the SBOM is attested on the index and does not say that it describes ${judged.digest}`,
      remediation: "attest every platform's SBOM on that platform's manifest",
    };
  }
  return null;
}
