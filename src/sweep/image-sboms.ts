import { otherImage } from '../policy/attached-sboms.ts';
import type { Fault } from '../reasons.ts';
import type { ImageFacts, ManifestFacts } from './facts.ts';
import type { SbomContents, SbomFacts } from './sbom-facts.ts';

/** One SBOM of what may run of an image. */
export interface ImageSbom extends Omit<SbomFacts, 'contents'> {
  readonly contents: SbomContents;
  /** Why it is not surely this image's. What was scanned just now was scanned by its digest, whatever the tool calls it. */
  readonly other: Fault | null;
}

/** All that is said of the contents of one manifest that may run. */
export interface ManifestSboms {
  readonly judged: ManifestFacts;
  /** Of this image, or, by `other`, perhaps or surely of another. */
  readonly sboms: readonly ImageSbom[];
  /** Why something that is said to be an SBOM is none. */
  readonly unreadable: readonly (Pick<SbomFacts, 'evidence'> & { readonly fault: Fault })[];
}

/** The SBOMs of each manifest that may run out of an image; those on its index count where they are about it. Null where none was asked for. */
export function sbomsOf({ root, children, runnable }: ImageFacts): readonly ManifestSboms[] | null {
  const all = [root, ...children];
  if (all.some(({ sboms }) => sboms === null)) return null;
  return (children.length > 0 ? children : [root]).map((judged): ManifestSboms => {
    const found = (judged === root ? [root] : [judged, root]).flatMap((on) =>
      (on.sboms ?? []).map((one) => ({ on, one })),
    );
    return {
      judged,
      sboms: found.flatMap(({ on, one: { contents, ...one } }) =>
        contents.ok
          ? [
              {
                ...one,
                contents: contents.value,
                other: one.selfMade === null ? otherImage(contents.value, { on, judged }, runnable) : null,
              },
            ]
          : [],
      ),
      unreadable: found.flatMap(({ one: { contents, evidence } }) =>
        contents.ok ? [] : [{ fault: contents.fault, evidence }],
      ),
    };
  });
}
