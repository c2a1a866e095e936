import { z } from 'zod';
import { base64Bytes, base64urlBytes } from '../base64.ts';
import { parseSignedJson } from '../signed-json.ts';
import { type AlgorithmName, ALGORITHM_NAMES } from './algorithms.ts';
import { type Envelope, withinChainLimit } from './envelope.ts';
import { refuseLookalikes, withoutLookalikes } from './lookalike.ts';
import { parseTime } from './rfc3339.ts';
import { LABEL, malformed, NAMES, readSignedAttributes } from './signed-attributes.ts';

/** RFC 7515 section 7.2.2, flattened: "no additional top level fields are supported" (signature-envelope-jws.md). */
const envelopeSchema = withoutLookalikes(
  ['payload', 'protected', 'header', 'signature'],
  z.strictObject({
    payload: base64urlBytes,
    protected: base64urlBytes,
    // "the verifier MUST NOT validate formatting, or fail validation based on the content of" the signing agent.
    header: z.looseObject({
      x5c: z.array(base64Bytes).min(1),
      [LABEL.timestamp]: base64Bytes.optional(),
    }),
    signature: base64urlBytes,
  }),
);

const time = z.string().transform((text, context) => {
  const read = parseTime(text);
  if (read) return read;
  context.addIssue({ code: 'custom', message: 'is no RFC 3339 time' });
  return z.NEVER;
});

/** The headers that JWS itself registers (RFC 7515 section 4.1), which `crit` must not list. */
const REGISTERED = ['alg', 'jku', 'jwk', 'kid', 'x5u', 'x5c', 'x5t', 'x5t#S256', 'typ', 'cty', 'crit'];

const protectedSchema = withoutLookalikes(
  [...REGISTERED, ...NAMES],
  z.looseObject({
    alg: z.string(),
    cty: z.string(),
    crit: z.array(z.string()).min(1),
    [LABEL.scheme]: z.string(),
    [LABEL.signingTime]: time.optional(),
    [LABEL.authenticSigningTime]: time.optional(),
    [LABEL.expiry]: time.optional(),
  }),
);

/** Reads an envelope in the flattened JSON form of JWS (signature-envelope-jws.md). Throws `Refused`. */
export function readJws(bytes: Uint8Array): Envelope {
  const envelope = parseSignedJson(bytes, envelopeSchema, 'a JWS envelope');
  const header = parseSignedJson(envelope.protected, protectedSchema, 'a protected header');
  const unprotected = Object.keys(envelope.header);
  refuseLookalikes(unprotected, ['x5c', ...NAMES, ...Object.keys(header)], 'its header');
  // RFC 7515 section 7.2.1: what is signed must not be said again where nobody has signed it.
  const twice = unprotected.find((name) => Object.hasOwn(header, name));
  if (twice !== undefined) throw malformed(`${twice} is both in its protected and its unprotected header`);
  const registered = header.crit.find((name) => REGISTERED.includes(name));
  if (registered !== undefined) throw malformed(`it marks ${registered} as critical, which JWS itself has`);
  return {
    algorithm: algorithmOf(header.alg),
    payload: envelope.payload,
    attributes: readSignedAttributes({
      contentType: header.cty,
      critical: header.crit,
      labels: new Set(Object.keys(header)),
      scheme: header[LABEL.scheme],
      signingTime: header[LABEL.signingTime] ?? null,
      authenticSigningTime: header[LABEL.authenticSigningTime] ?? null,
      expiry: header[LABEL.expiry] ?? null,
    }),
    // Of the two texts there is one spelling each, so that they are those that were read.
    toBeSigned: Buffer.from([envelope.protected, envelope.payload].map(toBase64url).join('.')),
    signature: envelope.signature,
    chain: withinChainLimit(envelope.header.x5c),
    timestamp: envelope.header[LABEL.timestamp] ?? null,
  };
}

function toBase64url(bytes: Buffer): string {
  return bytes.toString('base64url');
}

function algorithmOf(alg: string): AlgorithmName {
  const name = ALGORITHM_NAMES.find((one) => one === alg);
  if (name) return name;
  throw malformed(`its algorithm is ${JSON.stringify(alg)}, none of ${ALGORITHM_NAMES.join(', ')}`);
}
