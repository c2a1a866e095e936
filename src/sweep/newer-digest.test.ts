import { describe, expect, it } from 'vitest';
import { container, manifest, workload } from '../policy/judged-image.fixture.ts';
import { newerDigests } from './newer-digest.ts';
import { compilePackages, NO_PACKAGES } from './package-values.ts';
import type { Subject, SweptImage } from './query.ts';
import { attested, cyclonedx, GUAVA, LOG4J, policyOf } from './sboms.fixture.ts';
import { attachedTo } from './subject.fixture.ts';

const { predicates } = compilePackages(
  { ...NO_PACKAGES, package: ['org.apache.logging.log4j:log4j-core'] },
  () => undefined,
);

function made(letter: string, time: string, ...components: Parameters<typeof cyclonedx>[0]): SweptImage {
  const of = attachedTo(manifest(letter, attested(cyclonedx(components, { metadata: { timestamp: time } }))));
  const text = `ghcr.io/acme/cart@sha256:${letter.repeat(64)}`;
  return { ...of, reference: { ...of.reference, text } };
}

const has = made('a', '2026-02-01T00:00:00Z', LOG4J);
const older = made('b', '2026-01-01T00:00:00Z', GUAVA);
const newer = made('c', '2026-03-01T00:00:00Z', GUAVA);
const newest = made('d', '2026-04-01T00:00:00Z', GUAVA);
const still = made('e', '2026-05-01T00:00:00Z', LOG4J, GUAVA);

function subject(image: SweptImage, named: SweptImage | null = null): Subject {
  const one = container(image.reference.text);
  return { workload: workload(), container: one, image, named, indexes: new Map(), policy: policyOf() };
}

function free(found: Subject, ...others: readonly SweptImage[]): string | null {
  const all = [found, ...others.map((one) => subject(one))];
  const newerThan = newerDigests({ predicates, asked: {}, notes: [] }, all);
  return newerThan(found)?.digest.slice(7, 8) ?? null;
}

describe('a newer image that is free of a package', () => {
  it.each<[string, Subject, readonly SweptImage[], string | null]>([
    ['the newest of several', subject(has), [newer, newest, still], 'd'],
    ['none that is older', subject(has), [older], null],
    ['none that has it as well', subject(has), [still], null],
    ['what the tag leads to now, however old', subject(has, older), [], 'b'],
    [
      'none of another repository',
      subject({ ...has, reference: { ...has.reference, repository: 'x' } }),
      [newer],
      null,
    ],
  ])('is %s', (_what, found, others, digest) => {
    expect(free(found, ...others)).toBe(digest);
  });

  it('is one for every workload that runs it, whosever word counts there', () => {
    const found = subject(has);
    const elsewhere = { ...subject(newer), policy: policyOf('ci', 'vendor') };
    for (const others of [
      [subject(newer), elsewhere],
      [elsewhere, subject(newer)],
    ]) {
      const newerThan = newerDigests({ predicates, asked: {}, notes: [] }, [found, ...others]);
      expect(newerThan(found)).toBeNull();
    }
  });
});
