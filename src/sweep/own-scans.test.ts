import { expect, it } from 'vitest';
import { child, manifest } from '../policy/judged-image.fixture.ts';
import { failed, ok } from '../reasons.ts';
import { type OwnScanner, scanOwn } from './own-scans.ts';
import { compilePackages, NO_PACKAGES } from './package-values.ts';
import { attested, cyclonedx, GUAVA, LOG4J } from './sboms.fixture.ts';
import { ask, attachedTo } from './subject.fixture.ts';
import type { SweptImage } from './query.ts';

const [predicate] = compilePackages(
  { ...NO_PACKAGES, package: ['org.apache.logging.log4j:log4j-core'] },
  () => undefined,
).predicates;

/** What is known once an image was scanned; and what the scanner was asked for. */
async function scanned(of: SweptImage, scan: OwnScanner['scan']) {
  const asked: string[] = [];
  const scanner: OwnScanner = {
    name: 'syft',
    looksFor: ['maven'],
    scan: (image) => (asked.push(image), scan(image)),
  };
  const [after] = await scanOwn([of], scanner, undefined);
  if (!after || !predicate) throw new Error('nothing was scanned');
  return { answer: ask(predicate, after), asked };
}

const printing =
  (document: unknown): OwnScanner['scan'] =>
  () =>
    Promise.resolve(ok(Buffer.from(typeof document === 'string' ? document : JSON.stringify(document))));

it.each<[string, OwnScanner['scan'], string]>([
  ['has what was scanned', printing(cyclonedx([LOG4J])), 'hit package (manifest)'],
  ['has not what was not found', printing(cyclonedx([GUAVA])), 'no'],
  [
    'has not what was looked for in vain',
    printing(cyclonedx([{ name: 'x', purl: 'pkg:deb/debian/x@1' }])),
    'no',
  ],
  ['is not known by nothing', printing(cyclonedx([])), 'undetermined EcosystemNotCatalogued'],
  ['is not known by what is no SBOM', printing('{'), 'undetermined SbomUnreadable'],
  [
    'is not known where the scan failed',
    () => Promise.resolve(failed('TimedOut', 'late')),
    'undetermined SbomUnreadable',
  ],
])('an image %s', async (_what, scan, answer) => {
  const image = attachedTo(manifest('a'));
  expect(await scanned(image, scan)).toEqual({
    answer,
    asked: [`ghcr.io/acme/cart@sha256:${'a'.repeat(64)}`],
  });
});

it('each child of an index is scanned once', async () => {
  const index = attachedTo(manifest('a', attested(cyclonedx([GUAVA]))), [child('bmd64'), child('crm64')]);
  const { answer, asked } = await scanned(index, printing(cyclonedx([GUAVA])));
  expect(answer).toBe('no');
  expect(asked).toHaveLength(2);
});
