import pLimit from 'p-limit';
import { readSbom } from '../attestations/sbom/read-sbom.ts';
import { SCANS } from '../limits.ts';
import { ok, type Outcome } from '../reasons.ts';
import type { ImageFacts, ManifestFacts } from './facts.ts';
import type { SweptImage } from './query.ts';
import { contentsOf, type SbomFacts } from './sbom-facts.ts';

/** A scanner of the user's own: what it found in an image, `registry/repository@sha256:…`. */
export interface OwnScanner {
  readonly name: string;
  /** The types of package URLs that it looks for in an image, beside those that its SBOM says it looked for. */
  readonly looksFor: readonly string[];
  readonly scan: (image: string, signal?: AbortSignal) => Promise<Outcome<Uint8Array>>;
}

/** What the user's own scanner finds in images of which nothing is known, beside what was attached to them. */
export async function scanOwn(
  images: readonly SweptImage[],
  scanner: OwnScanner,
  signal: AbortSignal | undefined,
): Promise<readonly SweptImage[]> {
  const limit = pLimit(SCANS);
  const scans = new Map<string, Promise<SbomFacts>>();
  const scanned = (image: string): Promise<SbomFacts> => {
    const known = scans.get(image) ?? limit(() => scanOne(image, scanner, signal));
    scans.set(image, known);
    return known;
  };
  return Promise.all(
    images.map(async (image) => {
      if (!image.attached?.ok) return image;
      const { repository } = image.reference;
      const withScan = async (one: ManifestFacts): Promise<ManifestFacts> => ({
        ...one,
        sboms: [...(one.sboms ?? []), await scanned(`${repository}@${one.digest}`)],
      });
      const { root, children } = image.attached.value;
      const facts: ImageFacts =
        children.length === 0
          ? { ...image.attached.value, root: await withScan(root) }
          : { ...image.attached.value, children: await Promise.all(children.map(withScan)) };
      return { ...image, attached: ok(facts) };
    }),
  );
}

async function scanOne(
  image: string,
  { name, looksFor, scan }: OwnScanner,
  signal: AbortSignal | undefined,
): Promise<SbomFacts> {
  const printed = await scan(image, signal);
  const facts = { claim: null, refusal: null, selfMade: name, evidence: () => [] };
  if (!printed.ok) return { ...facts, contents: printed };
  const sbom = readSbom(printed.value, null);
  if (!sbom.ok) {
    const message = `what ${name} printed about ${image} cannot be read: ${sbom.message}`;
    return { ...facts, contents: { ok: false, fault: { reason: 'SbomUnreadable', message } } };
  }
  const contents = contentsOf(sbom.value);
  const ecosystems = [...new Set([...contents.ecosystems, ...looksFor])].toSorted();
  return { ...facts, contents: { ok: true, value: { ...contents, ecosystems } } };
}
