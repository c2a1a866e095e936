import { parsePackageUrl } from '../attestations/sbom/package-url.ts';
import { excuses, type VexProduct, type VexStatement } from '../attestations/vex/vex.ts';
import { describeSigner } from '../policy/evidence-entry.ts';
import type { Authority } from '../policy/policy.ts';
import type { ManifestFacts } from './facts.ts';
import type { VexFacts } from './vex-facts.ts';

/** What somebody whom the policy trusts says of a vulnerability in a component, as a report shows it. */
export interface VexWord {
  readonly status: VexStatement['status'];
  readonly justification: string | null;
  readonly signer: string;
  /** When it was signed. */
  readonly signedAt: string | null;
  /** Whether it takes the component out of what is affected. */
  readonly excuses: boolean;
}

/** What a component was found by. */
interface Found {
  /** All names of the vulnerability. */
  readonly names: readonly string[];
  readonly purl: string | null;
  /** The digests that the image goes by. */
  readonly digests: readonly string[];
}

/**
 * The word of authorities on a vulnerability in a component; null where there is none. Of each signer the newest statement counts, and
 * one that excuses nothing settles it. What excuses has to be surely newer than all else that its signer has said.
 */
export function vexWord(
  manifests: readonly ManifestFacts[],
  authorities: readonly Authority[],
  found: Found,
): VexWord | null {
  const trusted = manifests
    .flatMap(({ vex }) => vex ?? [])
    .filter(({ claim }) => authorities.some(({ accepts }) => accepts(claim)));
  const bySigner = Map.groupBy(trusted, ({ claim }) => describeSigner(claim.signer));
  const newest = [...bySigner.values()].flatMap((documents) => newestOf(documents, found) ?? []);
  return newest.find((word) => !word.excuses) ?? newest[0] ?? null;
}

/** Something that a signer has said of the vulnerability; of a document that cannot be read nobody knows what. */
interface Said {
  readonly document: VexFacts;
  readonly statement: VexStatement | null;
}

function newestOf(documents: readonly VexFacts[], found: Found): VexWord | null {
  const said = documents.flatMap((document): Said[] =>
    document.statements === null
      ? [{ document, statement: null }]
      : document.statements
          .filter((one) => isAbout(one, found))
          .map((statement) => ({ document, statement })),
  );
  const others = said.filter(({ statement }) => statement === null || !excuses(statement));
  const excuse = said.find((one) => !others.includes(one) && others.every((other) => isOlder(other, one)));
  const words = (excuse ? [excuse] : others).flatMap(({ document, statement }) =>
    statement ? [wordOf(statement, document)] : [],
  );
  return words.toSorted(compareTimes).at(-1) ?? null;
}

/**
 * Whether one was said before another: in one document by its own times, and else by the verified ones. A document that was signed later
 * and says that it is older was signed again, and takes nothing back.
 */
function isOlder(one: Said, other: Said): boolean {
  const [stated, otherStated] = [one.statement?.statedAt ?? null, other.statement?.statedAt ?? null];
  if (one.document === other.document) return stated !== null && otherStated !== null && stated < otherStated;
  const [signed, otherSigned] = [one.document.signedAt, other.document.signedAt];
  if (signed === null || otherSigned === null || signed >= otherSigned) return false;
  return stated === null || otherStated === null || stated <= otherStated;
}

function wordOf(statement: VexStatement, { claim, signedAt }: VexFacts): VexWord {
  const { status, justification } = statement;
  return {
    status,
    justification,
    signer: describeSigner(claim.signer),
    signedAt,
    excuses: excuses(statement),
  };
}

function compareTimes(a: VexWord, b: VexWord): number {
  const [left, right] = [a.signedAt ?? '', b.signedAt ?? ''];
  return left < right ? -1 : Number(left > right);
}

function isAbout(statement: VexStatement, { names, purl, digests }: Found): boolean {
  const isMeant = (name: string) => names.some((one) => one.toLowerCase() === name.toLowerCase());
  return (
    statement.vulnerabilities.some(isMeant) &&
    statement.products.some((one) => holds(one, statement, purl, digests))
  );
}

/** A product is the image with the component in it, or the component itself. */
function holds(
  { digests, purl, parts }: VexProduct,
  statement: VexStatement,
  component: string | null,
  own: readonly string[],
): boolean {
  if (digests.length > 0)
    return (
      digests.some((digest) => own.includes(digest)) &&
      (parts.length === 0 || parts.some((part) => isSame(part, component)))
    );
  // What is said of a part of another package is not said of that package.
  if (purl === null || parts.length > 0 || !isSame(purl, component)) return false;
  // A package is fixed from some version on: without one, nobody says from which.
  return statement.status !== 'fixed' || parsePackageUrl(purl)?.version !== null;
}

/**
 * Whether a package URL is that of a component. One without a version is of all versions; what else it says has to hold, as an advisory
 * of one release of a distribution is none of another.
 */
function isSame(stated: string, component: string | null): boolean {
  const [a, b] = [parsePackageUrl(stated), component === null ? null : parsePackageUrl(component)];
  if (!a || !b) return false;
  const named = a.type === b.type && a.namespace === b.namespace && a.name === b.name;
  if (!named || (a.version !== null && a.version !== b.version)) return false;
  const { qualifiers } = b;
  return (
    (a.subpath === null || a.subpath === b.subpath) &&
    Object.entries(a.qualifiers).every(([key, value]) => qualifiers[key] === value)
  );
}
