import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pem } from '../../test/forge/keys.ts';
import { certificateGuards } from './guards/certificates.ts';
import { contentGuards } from './guards/contents.ts';
import type { Guard } from './guards/guard.ts';
import { notationGuards } from './guards/notation.ts';
import { logAndTimeGuards } from './guards/logs-and-times.ts';

/**
 * Writes `testdata/guards/`: for each guard of the verifier a piece of evidence that would pass if the guard were not there, with the
 * trusted root or key that it is held against and what has to come of it. Keys, serials and signatures follow from names
 * (`test/forge/`), so the files are the same whenever they are made.
 */
const DIRECTORY = 'testdata/guards';

rmSync(DIRECTORY, { recursive: true, force: true });
const guards = [...certificateGuards(), ...logAndTimeGuards(), ...contentGuards(), ...notationGuards()];
const names = new Set(guards.map(({ name }) => name));
if (names.size < guards.length) throw new Error('two guards have the same name');
for (const guard of guards) write(guard);
writeFileSync(join(DIRECTORY, 'README.md'), readme());
console.error(`${guards.length} guards in ${DIRECTORY}`);

function write({
  name,
  why,
  known,
  evidence,
  trustedRoot,
  notation,
  key,
  thresholds,
  asked,
  deadly,
  classes,
}: Guard): void {
  const directory = join(DIRECTORY, name);
  mkdirSync(directory, { recursive: true });
  const file = (title: string, content: string | object): void =>
    writeFileSync(
      join(directory, title),
      typeof content === 'string' ? content : `${JSON.stringify(content, null, 2)}\n`,
    );
  const { format, subject, annotations, bytes, carrier } = evidence;
  const text = Buffer.from(bytes).toString('utf8');
  const content = Buffer.from(text).equals(bytes)
    ? { text }
    : { base64: Buffer.from(bytes).toString('base64') };
  file('evidence.json', { format, subject, annotations, ...content, carrier });
  if (trustedRoot) file('trusted-root.json', `${trustedRoot.toString()}\n`);
  if (notation) file('notation.json', notation);
  if (key) file('key.pub', pem('PUBLIC KEY', key.spki));
  file('expected.json', { why, known, thresholds, asked, deadly, classes });
}

function readme(): string {
  const rows = guards.map(
    ({ name, why, known = '', classes }) => `| \`${name}\` | ${why} | ${classes.join(', ')} | ${known} |`,
  );
  return `# Evidence that one guard keeps from passing

Each directory holds evidence that is honest but for one thing, the trusted root (and key), or Notation's trust policy and stores, that
it is held against, and the class of the reason that has to come of it. \`test/guards.test.ts\` judges them all.

Made by \`npm run testdata:guards\` (\`testdata/make/guards/\`) with the Sigstore and the PKI in process of \`test/forge/\`: keys, serial numbers
and signatures follow from names, so that the same files come out whenever they are made. The keys are nobody's.

| guard | what is wrong | class | known |
|---|---|---|---|
${rows.join('\n')}
`;
}
