import { keepGarbageYoung } from '../../cmd/heap.ts';
import { readSbom } from '../../src/attestations/sbom/read-sbom.ts';
import { SBOM_BYTES } from '../../src/limits.ts';
import { readBoundedFile } from '../../src/registry/bounded-file.ts';
import { printable } from '../../src/registry/printable.ts';

/**
 * Reads an SBOM as the program reads what an image carries. Prints one line of JSON and exits 0, or says on standard error in
 * one line why the document is none, and exits 1; 2 for wrong usage.
 */
keepGarbageYoung();
const [path, ...more] = process.argv.slice(2);
if (path === undefined || more.length > 0) {
  process.stderr.write('usage: sbom FILE\n');
  process.exitCode = 2;
} else {
  const file = await readBoundedFile(path, SBOM_BYTES);
  const sbom = file.ok ? readSbom(file.bytes, null) : file;
  if (sbom.ok) {
    const { format, specVersion, listed, describes, problems } = sbom.value;
    const [subject = null] = describes;
    process.stdout.write(
      `${JSON.stringify({ format, version: specVersion, components: listed, subject, problems })}\n`,
    );
  } else {
    process.stderr.write(`${printable(sbom.message)}\n`);
    process.exitCode = 1;
  }
}
