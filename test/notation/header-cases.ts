import { Tagged } from 'cborg';
import { IMAGE, type NotationKnobs } from '../forge/notation.ts';
import { bad, chain, good, type NotationCase, stricter, wider } from './case.ts';

const SCHEME = 'io.cncf.notary.signingScheme';
const SIGNING_TIME = 'io.cncf.notary.signingTime';
const EXPIRY = 'io.cncf.notary.expiry';
const AGENT = 'io.cncf.notary.signingAgent';

const ABSENT = 'a member that is null, which Notation takes for one that is absent';
const RFC_3339 = 'a time in a form that RFC 3339 does not have';
const NUMBERED = 'a critical attribute that nobody here understands; the specification has it fail';
const PLUGIN = 'the version of a plugin without the plugin: there is none here that could have it';
const OPAQUE = 'a signing agent that is no text: nothing may be refused for what it says';
const LONG = 'a longer chain than any authority has (the limit is 10)';

const as =
  (format: 'jws' | 'cose') =>
  (knobs: Omit<NotationKnobs, 'format'>): { signature: NotationKnobs } => ({
    signature: { format, ...knobs },
  });
const jws = as('jws');
const cose = as('cose');

/** The payload as text, changed. */
const payload = (change: (json: string) => string) =>
  jws({ payload: Buffer.from(change(JSON.stringify({ targetArtifact: IMAGE }))) });
const size = (spelling: string) => payload((json) => json.replace(/"size":\d+/, `"size":${spelling}`));
const signed = (name: string, value: unknown) => jws({ protected: (header) => header.set(name, value) });
const unsigned = (name: string, value: unknown) => jws({ unprotected: (header) => header.set(name, value) });

/** Signatures that differ in single attributes of their headers, and in how a payload is spelled. */
export function headerCases(): readonly NotationCase[] {
  const longChain = chain({ intermediates: Array.from({ length: 9 }, () => ({})) });
  return [
    bad('over a payload without a target', 'SignatureMalformed', jws({ payload: Buffer.from('{}') })),
    bad('over a size with a fraction', 'SignatureMalformed', size(`${IMAGE.size}.0`)),
    bad('over a size with an exponent', 'SignatureMalformed', size(`${IMAGE.size}e0`)),
    bad(
      'over a size with a fraction that is too small to be seen',
      'SignatureMalformed',
      size(`${IMAGE.size}.00000000000000000001`),
    ),
    good(
      'over a payload with members that are not known',
      payload((json) => json.replace('{', '{"more":1,')),
    ),
    stricter(
      'over annotations that are null',
      'SignatureMalformed',
      ABSENT,
      payload((json) => json.replace('"size"', '"annotations":null,"size"')),
    ),
    stricter('with an expiry that is null', 'SignatureMalformed', ABSENT, signed(EXPIRY, null)),
    good('whose time has ten digits of a fraction', signed(SIGNING_TIME, '2026-03-01T12:00:00.1234567890Z')),
    stricter(
      'whose time has a comma',
      'SignatureMalformed',
      RFC_3339,
      signed(SIGNING_TIME, '2026-03-01T12:00:00,5Z'),
    ),
    stricter(
      'whose time has an offset of a day',
      'SignatureMalformed',
      RFC_3339,
      signed(SIGNING_TIME, '2026-03-01T12:00:00+24:00'),
    ),
    stricter(
      'that wants a version of a plugin and no plugin',
      'CriticalAttributeUnknown',
      PLUGIN,
      signed('io.cncf.notary.verificationPluginMinVersion', '1.0.0'),
    ),
    good('with a signing agent that is null', unsigned(AGENT, null)),
    wider('with a signing agent that is a number', OPAQUE, unsigned(AGENT, 7)),
    bad(
      'with certificates in base64url',
      'SignatureMalformed',
      unsigned(
        'x5c',
        chain().map(({ der }) => der.toString('base64url')),
      ),
    ),
    bad(
      'with a content type that is a number',
      'SignatureMalformed',
      cose({ protected: (header) => header.set(3, 50) }),
    ),
    stricter('with eleven certificates', 'LimitExceeded', LONG, {
      signature: { chain: longChain },
      trust: { stores: { 'ca:acme': longChain.slice(-1) } },
    }),
    bad(
      'with an IV and a partial IV',
      'SignatureMalformed',
      cose({ protected: (header) => header.set(5, new Uint8Array(1)).set(6, new Uint8Array(1)) }),
    ),
    good(
      'with an attribute that is a time as text',
      cose({ protected: (header) => header.set('com.example.built', new Tagged(0, '2026-03-01T12:00:00Z')) }),
    ),
    stricter(
      'with a critical attribute by its number',
      'CriticalAttributeUnknown',
      NUMBERED,
      cose({ protected: (header) => header.set(99, 'x').set(2, [SCHEME, 99]) }),
    ),
  ];
}
