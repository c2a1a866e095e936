import { setFlagsFromString } from 'node:v8';
import type { ListingProgress } from '../src/cluster/watched-api.ts';
import type { Progress } from '../src/evidence/progress.ts';

/**
 * How much may lie about beside what is in use before it is looked for, in percent of that. By itself V8 lets a heap grow to some three
 * times of what is in use. Looking more often costs processor time, and hardly any where registries are waited for.
 */
const GROWING_PERCENT = 40;

/** From so many images on a run goes on for a while, mostly beside somebody's other work; a shorter one stays small by itself. */
const MANY_IMAGES = 500;

/** Keeps memory small from now on: where clusters are listed, whose pages have megabytes, and where many images are judged. */
export function keepHeapSmall(): void {
  setFlagsFromString(`--heap-growing-percent=${GROWING_PERCENT}`);
}

/** The same progress, of a run that is kept small where it has many images. */
export function keptSmall(known: Progress | ListingProgress): Progress | ListingProgress {
  if ('total' in known && known.done === 0 && known.total >= MANY_IMAGES) keepHeapSmall();
  return known;
}

/**
 * Tells V8 not to put new objects among the old ones where those made at the same place have lived long. Of a large document
 * each item is parsed, of which a few texts are kept: all the rest would count as old, and the heap grow to twice its size
 * before it is let go.
 */
export function keepGarbageYoung(): void {
  setFlagsFromString('--no-allocation-site-pretenuring');
  setFlagsFromString('--semi-space-growth-factor=1');
}
