import type { Evidence, EvidenceFormat } from '../evidence/collector.ts';
import { formatPlatform } from '../registry/platform.ts';
import { type Fault, REASONS, type ReasonClass } from '../reasons.ts';
import type { Claim } from '../verify/verifier.ts';
import type { Demand, Part } from './demand.ts';
import { describeSigner, evidenceEntries } from './evidence-entry.ts';
import type { Judgement } from './finding.ts';
import { loggedBeside } from './logged.ts';
import type { Authority, FoundClaim } from './policy.ts';
import { howToSign, remedied, remedyFor } from './remedies.ts';
import type { JudgedImage, JudgedManifest, Resolution } from './subject.ts';

/** Where a claim was found, and which judged manifest it has to speak for: an index's claims are asked for each child. */
export interface Placed {
  readonly claim: FoundClaim;
  readonly on: JudgedManifest;
  readonly judged: JudgedManifest;
}

/** A claim that met the demand, and the authority that it came from. */
export interface Vouched extends Placed {
  readonly authority: Authority;
}

/** What a check asks of those who vouch. */
export interface Question {
  readonly demand: Demand;
  /** Whether a claim is of the kind that is asked for: a signature, an attestation of some predicate type. */
  readonly counts: (claim: Claim) => boolean;
  /** Whether evidence of this format may hold such a claim: of a refused piece nothing else is known for sure. */
  readonly mayCount: (format: EvidenceFormat) => boolean;
  /** What a claim by an accepted signer lacks; null if it holds. */
  readonly lacks: (placed: Placed) => Fault | null;
  /** What is said where there is nothing of the kind by anybody. `others` are verified claims of other kinds. */
  readonly missing: (others: readonly Claim[], manifests: readonly JudgedManifest[]) => Fault;
  readonly holds: (vouched: readonly Vouched[]) => Pick<Judgement, 'reason' | 'message' | 'details'>;
}

/** Whether evidence of this format is signed at all; an SBOM or statement by itself says nothing of who wrote it. */
export function isSigned(format: EvidenceFormat): boolean {
  return format !== 'sbom' && format !== 'statement';
}

/** Attestations are DSSE envelopes, in a bundle or alone; the other formats have no place for a predicate. */
export function mayAttest(format: EvidenceFormat): boolean {
  return format === 'sigstore-bundle' || format === 'dsse-envelope';
}

const EMPTY = { authority: null, subject: null, details: {}, evidence: [] } as const;

/**
 * Judges who vouches for an image: "the index, or every judged child"; a demand of several parts may find one on the index
 * and another on the child. Evidence that does not verify is listed, and decides only where nothing better meets the demand.
 */
export function judgeVouching({ resolution, reference }: JudgedImage, question: Question): Judgement {
  if (!resolution.ok) return { ...EMPTY, status: 'unknown', ...explained(resolution.fault) };
  const within = withinReach(resolution.value, question.demand.accepted);
  const { root, children } = within;
  const evidence = [root, ...children].flatMap((manifest) => evidenceEntries(manifest));
  const judged = children.length > 0 ? children : [root];
  const without = judged.filter((manifest) => unmet(manifest, root, question).length > 0);
  const decided = decisive(
    without.map((manifest) => ({
      manifest,
      shortfall: shortfallOf(manifest, root, question, reference.repository),
    })),
  );
  if (decided) {
    const { manifest, shortfall } = decided;
    return {
      ...EMPTY,
      status: shortfall.undetermined ? 'unknown' : 'fail',
      ...explained(shortfall),
      subject: subjectOf(manifest),
      details: shortfall.location === null ? {} : { location: shortfall.location },
      evidence,
    };
  }
  const vouched = whoVouches(within, question);
  const [first] = vouched;
  return {
    ...EMPTY,
    status: 'pass',
    remediation: null,
    authority: first?.authority.name ?? null,
    subject: first ? subjectOf(first.on) : null,
    evidence,
    ...question.holds(vouched),
    beside: loggedBeside(vouched).map(({ on, authority, ...fault }) => ({
      ...EMPTY,
      status: 'warn' as const,
      ...explained(fault),
      authority,
      subject: subjectOf(on),
    })),
  };
}

/**
 * The verified claims about a manifest that a check counts. What lies in an index may be about any digest that the index
 * names: evidence was verified for its own subject, and speaks for no other.
 */
export function claimsOn(
  { digest, verdicts }: JudgedManifest,
  counts: (claim: Claim) => boolean,
): FoundClaim[] {
  return verdicts.flatMap((verdict) => {
    if (verdict.result !== 'verified' || verdict.evidence.subject !== digest) return [];
    const { signatureRepository } = verdict.evidence;
    const claims = verdict.claims.filter(counts);
    return signatureRepository === undefined
      ? claims
      : claims.map((claim) => ({ ...claim, signatureRepository }));
  });
}

/** The parts of a demand that hold neither on the index nor on the judged manifest. */
function unmet(
  judged: JudgedManifest,
  root: JudgedManifest,
  { demand, counts, lacks }: Question,
): readonly Part[] {
  const good = (on: JudgedManifest) =>
    claimsOn(on, counts).filter((claim) => lacks({ claim, on, judged }) === null);
  const [onRoot, onJudged] = [good(root), judged === root ? [] : good(judged)];
  return demand.parts.filter(({ holds }) => !holds(onRoot) && !holds(onJudged));
}

function whoVouches({ root, children }: Resolution, { demand, counts, lacks }: Question): Vouched[] {
  const places = [
    ...(children.length > 0 ? children : [root]).map((judged) => ({ on: root, judged })),
    ...children.map((child) => ({ on: child, judged: child })),
  ];
  return places.flatMap(({ on, judged }) =>
    claimsOn(on, counts)
      .filter((claim) => lacks({ claim, on, judged }) === null)
      .flatMap((claim) =>
        demand.accepted
          .filter(({ accepts }) => accepts(claim))
          .map((authority) => ({ claim, on, judged, authority })),
      ),
  );
}

/** Why a demand is not met, where that was seen, and how sure it is: something undetermined could still have met it. */
interface Shortfall extends Fault {
  readonly location: string | null;
  readonly undetermined: boolean;
}

/** What was seen that does not meet a demand; in a signature repository it says something of those authorities that name it. */
interface Seen extends Fault {
  readonly location: string | null;
  readonly signatureRepository?: string | undefined;
}

/** Proof before a stranger, a stranger before nothing at all. Doubt is apart: what is doubtful may still meet the demand. */
const PRECEDENCE: readonly ReasonClass[] = ['invalid', 'untrusted', 'stale', 'missing'];

function shortfallOf(
  judged: JudgedManifest,
  root: JudgedManifest,
  question: Question,
  repository: string,
): Shortfall {
  const { demand, counts, mayCount, lacks, missing } = question;
  const manifests = judged === root ? [root] : [root, judged];
  // What lies in an index and is about a child is unsigned (see the BuildKit collector): no signed claim is missing with it.
  const faults = manifests.flatMap((manifest) =>
    manifest.faults.filter(({ subject }) => subject === manifest.digest),
  );
  const refusals = manifests.flatMap((manifest) =>
    manifest.verdicts.flatMap((verdict) =>
      verdict.result === 'refused' && mayCount(verdict.evidence.format)
        ? [{ ...remedied(verdict.refusal, verdict.evidence.format), ...placeOf(verdict.evidence) }]
        : [],
    ),
  );
  const candidates = manifests.flatMap((on) => claimsOn(on, counts).map((claim) => ({ claim, on, judged })));
  const accepted = candidates.filter(({ claim }) => demand.accepted.some(({ accepts }) => accepts(claim)));
  const wanting = accepted
    .flatMap((placed) => lacks(placed) ?? [])
    .map((fault) => ({ ...fault, location: null }));
  const strangers = candidates
    .filter((placed) => !accepted.includes(placed))
    .map(({ claim }) => ({
      reason: 'SignerNotTrusted' as const,
      message: `signed by ${describeSigner(claim.signer)}${apart(claim)}, but the rule accepts ${demand.words}`,
      location: null,
    }));
  const excluded = demand.accepted.flatMap(({ excludes }) => excludes?.(repository) ?? []);
  const seen: readonly Seen[] = [
    ...faults,
    ...refusals,
    ...wanting,
    ...excluded.map((fault) => ({ ...fault, location: null })),
  ];
  const isDoubt = ({ reason }: Seen): boolean => REASONS[reason].class === 'undetermined';
  // Where a part surely fails, what could not be seen or cannot be verified of the others changes nothing.
  const open = unmet(judged, root, question).map(({ accepted, unsupported }) => ({
    unsupported,
    doubt: seen.find((one) => isDoubt(one) && mayConcern(one, accepted)),
  }));
  const uncertain = open.every(({ doubt, unsupported }) => doubt ?? unsupported);
  const doubt = uncertain ? open.find((part) => part.doubt)?.doubt : undefined;
  if (doubt) return { ...explainedAt(doubt), undetermined: true };
  const unsupported = uncertain ? open.find((part) => part.unsupported)?.unsupported : undefined;
  if (unsupported?.unsupported) {
    const { name, unsupported: fault } = unsupported;
    const message = `the rule accepts ${name}, and ${fault.message}`;
    return { ...fault, message, location: null, undetermined: true };
  }
  const message = partly(accepted, demand);
  const none =
    message === null ? missing(otherClaims(manifests, counts), manifests) : { ...missing([], []), message };
  const settled = seen.filter((one) => !isDoubt(one)).map((one) => explainedAt(one));
  const [gravest] = [...settled, ...strangers].toSorted(byGravity);
  const nothing = { ...none, ...howToSign(none.reason, demand.accepted), location: null };
  return { ...(gravest ?? nothing), undetermined: false };
}

/** Without what lies in signature repositories that none of these authorities names. */
export function withinReach(resolution: Resolution, accepted: readonly Authority[]): Resolution {
  const narrow = (manifest: JudgedManifest): JudgedManifest => ({
    ...manifest,
    verdicts: manifest.verdicts.filter(({ evidence }) => mayConcern(evidence, accepted)),
    faults: manifest.faults.filter((fault) => mayConcern(fault, accepted)),
  });
  return { ...resolution, root: narrow(resolution.root), children: resolution.children.map(narrow) };
}

/** Whether what lies there may be by one of these authorities: beside the image anything may. */
function mayConcern(
  { signatureRepository }: Pick<Seen, 'signatureRepository'>,
  authorities: readonly Authority[],
): boolean {
  return (
    signatureRepository === undefined ||
    authorities.some((authority) => authority.signatureRepository === signatureRepository)
  );
}

/** Where a claim was found, if that is not beside the image. */
function apart({ signatureRepository }: FoundClaim): string {
  return signatureRepository === undefined ? '' : ` in ${signatureRepository}`;
}

function placeOf({
  location,
  signatureRepository,
}: Evidence): Pick<Seen, 'location' | 'signatureRepository'> {
  return { location, signatureRepository };
}

function explainedAt({ signatureRepository: _, ...explained }: Seen): Fault & Pick<Seen, 'location'> {
  return explained;
}

/** Some of those who must vouch do, and others do not. */
function partly(accepted: readonly Placed[], { accepted: authorities }: Demand): string | null {
  const [have, lack] = [true, false].map((has) =>
    authorities
      .filter(({ accepts }) => accepted.some(({ claim }) => accepts(claim)) === has)
      .map(({ name }) => name),
  );
  if (!have?.length) return null;
  const others = lack?.length ? `not by ${lack.join(', ')}` : 'not by as many signers as the rule asks for';
  return `signed by ${have.join(', ')}, but ${others}`;
}

function otherClaims(manifests: readonly JudgedManifest[], counts: (claim: Claim) => boolean): Claim[] {
  return manifests.flatMap((manifest) => claimsOn(manifest, (claim) => !counts(claim)));
}

/** The shortfall that decides: one that is certain before one in doubt, and of those the gravest. */
function decisive<T extends { readonly shortfall: Shortfall }>(shortfalls: readonly T[]): T | undefined {
  const [first] = shortfalls.toSorted(
    ({ shortfall: a }, { shortfall: b }) =>
      Number(a.undetermined) - Number(b.undetermined) || byGravity(a, b),
  );
  return first;
}

function byGravity(a: Fault, b: Fault): number {
  return PRECEDENCE.indexOf(REASONS[a.reason].class) - PRECEDENCE.indexOf(REASONS[b.reason].class);
}

/** The manifest that a judgement is about. */
export function subjectOf({ digest, platform }: JudgedManifest): Judgement['subject'] {
  return { digest, platform: platform && formatPlatform(platform) };
}

function explained({
  reason,
  message,
  remediation,
}: Fault): Pick<Judgement, 'reason' | 'message' | 'remediation'> {
  return { reason, message, remediation: remediation ?? remedyFor(reason) };
}
