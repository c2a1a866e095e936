import { parsePackageUrl } from '../attestations/sbom/package-url.ts';
import { excuses, type VexProduct, type VexStatement } from '../attestations/vex/vex.ts';
import { describeSigner } from '../policy/evidence-entry.ts';
import type { Policy } from '../policy/policy.ts';
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
 * The word of the policy's authorities on a vulnerability in a component; null where there is none. Of each signer the newest
 * statement counts, and one that excuses nothing settles it.
 */
export function vexWord(
  manifests: readonly ManifestFacts[],
  policy: Policy | null,
  found: Found,
): VexWord | null {
  const authorities = policy?.authorities ?? [];
  const trusted = manifests
    .flatMap(({ vex }) => vex ?? [])
    .filter(({ claim }) => authorities.some(({ accepts }) => accepts(claim)));
  const words = trusted.flatMap((facts) =>
    facts.statements.filter((one) => isAbout(one, found)).map((one) => wordOf(one, facts)),
  );
  const bySigner = Map.groupBy(words, ({ signer }) => signer);
  const newest = [...bySigner.values()].flatMap(
    (same) => same.toSorted((a, b) => compareTimes(b, a) || Number(a.excuses) - Number(b.excuses))[0] ?? [],
  );
  return newest.find((word) => !word.excuses) ?? newest[0] ?? null;
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

function isAbout({ vulnerabilities, products }: VexStatement, { names, purl, digests }: Found): boolean {
  return (
    vulnerabilities.some((name) => names.includes(name)) && products.some((one) => holds(one, purl, digests))
  );
}

/** A product is the image with the component in it, or the component itself. */
function holds(
  { digests, purl, parts }: VexProduct,
  component: string | null,
  own: readonly string[],
): boolean {
  if (digests.length > 0)
    return (
      digests.some((digest) => own.includes(digest)) &&
      (parts.length === 0 || parts.some((part) => isSame(part, component)))
    );
  return purl !== null && isSame(purl, component);
}

/** A package URL without a version is of all versions. Qualifiers say where a package came from, and not which it is. */
function isSame(stated: string, component: string | null): boolean {
  const [a, b] = [parsePackageUrl(stated), component === null ? null : parsePackageUrl(component)];
  if (!a || !b) return false;
  const named = a.type === b.type && a.namespace === b.namespace && a.name === b.name;
  return named && (a.version === null || a.version === b.version);
}
