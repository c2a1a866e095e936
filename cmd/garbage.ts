import { setFlagsFromString } from 'node:v8';

/**
 * Tells V8 not to put new objects among the old ones where those made at the same place have lived long. Of a large document
 * each item is parsed, of which a few texts are kept: all the rest would count as old, and the heap grow to twice its size
 * before it is let go.
 */
export function keepGarbageYoung(): void {
  setFlagsFromString('--no-allocation-site-pretenuring');
  setFlagsFromString('--semi-space-growth-factor=1');
}
