import type { SavedSboms, SbomAnswer, SbomSource } from '../registry/saved-sboms.ts';
import { sbomKey } from '../registry/saved-sboms.ts';
import type { Collector, Evidence } from './collector.ts';
import { ownSbom, unreadSbom } from './own-sbom.ts';

/** What was found outside of registries in one run, with the bytes by digest. */
interface RecordedSboms {
  readonly answers: readonly SbomAnswer[];
  readonly contents: ReadonlyMap<string, Uint8Array>;
}

/** Remembers what collectors find that look outside of registries; what registries answer is remembered by itself. */
export function recordSboms(clock: () => Date): {
  readonly collector: (one: Collector) => Collector;
  readonly recorded: () => RecordedSboms;
} {
  const answers = new Map<string, SbomAnswer>();
  const contents = new Map<string, Uint8Array>();
  const note = (source: SbomSource, subject: string, evidence: readonly Evidence[]): void => {
    const found = evidence.map(
      ({ origin = '', location, digest, bytes, unread }): SbomAnswer['sboms'][number] => {
        if (unread !== undefined) return { origin, location, reply: { kind: 'unreadable', message: unread } };
        contents.set(digest, bytes);
        return { origin, location, reply: { kind: 'found', digest, size: bytes.length } };
      },
    );
    const asked = { source, subject, at: clock().toISOString(), sboms: found };
    // Each cluster has reports of its own about an image.
    const before = (answers.get(sbomKey(asked))?.sboms ?? []).filter(
      ({ location }) => !found.some((one) => one.location === location),
    );
    answers.set(sbomKey(asked), { ...asked, sboms: [...before, ...found] });
  };
  return {
    collector: (one) => ({
      ...one,
      async collect(registry, repository, digest) {
        const collected = await one.collect(registry, repository, digest);
        if (one.outside !== undefined) note(one.outside, digest, collected.evidence);
        return collected;
      },
    }),
    recorded: () => ({ answers: [...answers.values()], contents: new Map(contents) }),
  };
}

/** Finds what was saved from outside of registries, as it was found then; `sources` are those that are looked for. */
export function recordedSboms(saved: SavedSboms, sources: readonly SbomSource[]): Collector {
  return {
    name: `saved SBOMs (${sources.join(', ')})`,
    async collect(_registry, _repository, subject) {
      const found = saved(subject).filter(({ source }) => sources.includes(source));
      const evidence = await Promise.all(
        found.map(async ({ found: { location, origin }, read }) => {
          const bytes = await read();
          const place = { subject, location, origin };
          return bytes.ok ? ownSbom(place, bytes.value) : unreadSbom(place, bytes.fault.message);
        }),
      );
      return { evidence, faults: [] };
    },
  };
}
