import { expect, it } from 'vitest';
import { verifyEvidence } from '../src/verify/verify-evidence.ts';
import { forge } from './forge/forge.ts';
import { ANYWHERE } from '../src/verify/circumstances.fixture.ts';

const sigstore = forge();

it.each<[string, Parameters<typeof sigstore.bundle>[0], unknown]>([
  [
    'is the one that a promise signs',
    { version: '0.1', log: 1, entries: [{}], timestamps: [] },
    expect.any(String),
  ],
  ['is the one that the proof names in Rekor v2', { log: 2 }, expect.any(String)],
  [
    'is not said where nobody signs it, as beside a bare proof of Rekor v1',
    { version: '0.3', log: 1, entries: [{ promise: false }], timestamps: [{}] },
    null,
  ],
])('the index of an entry %s', (_name, knobs, logIndex) => {
  const verdict = verifyEvidence(sigstore.bundle(knobs), sigstore.trust(), ANYWHERE);
  expect(verdict).toMatchObject({ result: 'verified', claims: [{ logIndex }] });
});
