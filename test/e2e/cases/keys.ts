import { RELEASE, type Signer } from '../../../testdata/make/sign.ts';
import { sign } from '../../../testdata/make/steps.ts';
import { keyHolder, RELEASE_IDENTITY } from '../asked.ts';
import { fail, PASS, type SignatureCase } from '../case.ts';
import {
  LOG_NOT_REACHED,
  NOT_BY_KEY,
  NOT_LOGGED,
  OTHER_LEAF,
  OTHER_VERIFIER_LOGGED,
} from '../cosign-errors.ts';

const REFERRERS = ['referrers API'] as const;
const RELEASE_KEY = keyHolder('release');

/** Both are genuine signatures under the hash that fits the curve (Sigstore's algorithm registry). */
const OWN_HASH = 'cosign signs with the hash that fits the curve, and verifies with SHA-256 only';

function heldBy(name: string): Signer {
  return { kind: 'key', name };
}

export const KEY: readonly SignatureCase[] = [
  {
    name: 'bundle by the key that is asked for',
    steps: [sign(heldBy('release'))],
    asked: RELEASE_KEY,
    ours: PASS,
    cosign: 'accepts',
  },
  {
    name: '`.sig` tag by the key that is asked for',
    steps: [sign(heldBy('release'), 'tag', 'rekorV1')],
    asked: RELEASE_KEY,
    ours: PASS,
    cosign: 'accepts',
  },
  {
    name: 'bundle by another key',
    steps: [sign(heldBy('intruder'))],
    asked: RELEASE_KEY,
    ours: fail('SignerNotTrusted'),
    cosign: OTHER_LEAF,
  },
  {
    name: '`.sig` tag by another key',
    steps: [sign(heldBy('intruder'), 'tag', 'rekorV1')],
    asked: RELEASE_KEY,
    ours: fail('SignerNotTrusted'),
    cosign: OTHER_VERIFIER_LOGGED,
  },
  {
    name: 'bundle with a certificate where a key is asked for',
    steps: [sign(RELEASE)],
    asked: RELEASE_KEY,
    ours: fail('SignerNotTrusted'),
    cosign: /expected key signature, not certificate/,
  },
  {
    name: '`.sig` tag with a certificate where a key is asked for',
    on: REFERRERS,
    steps: [sign(RELEASE, 'tag', 'rekorV1')],
    asked: RELEASE_KEY,
    ours: fail('SignerNotTrusted'),
    cosign: /both public key and certificate were provided but did not match/,
  },
  {
    name: 'bundle by a key where an identity is asked for',
    steps: [sign(heldBy('release'))],
    asked: RELEASE_IDENTITY,
    ours: fail('SignerNotTrusted'),
    cosign: /no public key material available/,
  },
  {
    name: '`.sig` tag by a key where an identity is asked for',
    on: REFERRERS,
    steps: [sign(heldBy('release'), 'tag', 'rekorV1')],
    asked: RELEASE_IDENTITY,
    ours: fail('SignerNotTrusted'),
    cosign: /empty key/,
  },
  {
    name: '`.sig` tag by a key, not logged',
    on: REFERRERS,
    steps: [sign(heldBy('release'), 'tag', 'none')],
    asked: RELEASE_KEY,
    ours: fail('LogEntryMissing'),
    cosign: LOG_NOT_REACHED,
  },
  {
    name: '`.sig` tag by a key, not logged, where the log is not asked for',
    on: REFERRERS,
    steps: [sign(heldBy('release'), 'tag', 'none')],
    asked: keyHolder('release', false),
    ours: PASS,
    cosign: 'accepts',
  },
  {
    name: 'bundle by a key, not logged',
    on: REFERRERS,
    steps: [sign(heldBy('release'), 'bundle', 'none')],
    asked: RELEASE_KEY,
    ours: fail('LogEntryMissing'),
    cosign: NOT_LOGGED,
  },
  {
    name: 'bundle by another key, where the log is not asked for',
    on: REFERRERS,
    steps: [sign(heldBy('intruder'), 'bundle', 'none')],
    asked: keyHolder('release', false),
    ours: fail('SignerNotTrusted'),
    cosign: NOT_BY_KEY,
  },
  ...['p384', 'p521'].flatMap((name): SignatureCase[] => [
    {
      name: `bundle by a key of the kind ${name}`,
      on: REFERRERS,
      steps: [sign(heldBy(name))],
      asked: keyHolder(name),
      ours: PASS,
      cosign: NOT_BY_KEY,
      wider: OWN_HASH,
    },
    {
      name: `\`.sig\` tag by a key of the kind ${name}`,
      on: REFERRERS,
      steps: [sign(heldBy(name), 'tag', 'rekorV1')],
      asked: keyHolder(name),
      ours: PASS,
      cosign: /unexpected algorithm/,
      wider: OWN_HASH,
    },
  ]),
  {
    name: '`.sig` tag by a key of the kind ed25519',
    on: REFERRERS,
    steps: [sign(heldBy('ed25519'), 'tag', 'rekorV1')],
    asked: keyHolder('ed25519'),
    ours: PASS,
    cosign: /unexpected algorithm/,
    wider: 'cosign prehashes with SHA-512 under such a key, and then refuses the log entry that says so',
  },
  {
    name: 'bundle by a key of the kind rsa',
    on: REFERRERS,
    steps: [sign(heldBy('rsa'))],
    asked: keyHolder('rsa'),
    ours: PASS,
    cosign: 'accepts',
  },
  {
    name: '`.sig` tag by a key of the kind rsa',
    on: REFERRERS,
    steps: [sign(heldBy('rsa'), 'tag', 'rekorV1')],
    asked: keyHolder('rsa'),
    ours: PASS,
    cosign: 'accepts',
  },
];
