import { MANIFEST_DOCUMENTS } from '../../limits.ts';
import { failed, ok, type Outcome } from '../../reasons.ts';
import { parseStrictJson } from '../../json.ts';
import type { Document } from '../document.ts';

/** The objects of a sync, as documents of a file that nobody wrote: each stands on a line of its own. */
export function readObjects(manifests: readonly string[], file: string): Outcome<readonly Document[]> {
  if (manifests.length > MANIFEST_DOCUMENTS)
    return failed('LimitExceeded', `${file} has more than ${MANIFEST_DOCUMENTS} objects`);
  const documents: Document[] = [];
  for (const [index, text] of manifests.entries()) {
    const line = index + 1;
    try {
      const value = parseStrictJson(Buffer.from(text));
      documents.push({ file, index: line, line, value, lineOf: () => line });
    } catch (error) {
      const why = error instanceof SyntaxError ? error.message : String(error);
      return failed(
        'ArgoError',
        `object ${line} of ${file} is no JSON: ${why}`,
        'sync again, and report it to whoever runs Argo CD',
      );
    }
  }
  return ok(documents);
}
