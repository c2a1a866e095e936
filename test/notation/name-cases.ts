import { element, oid, sequence, setOf, utf8String } from '../forge/der.ts';
import type { CertificateKnobs } from '../forge/notation.ts';
import { bad, chain, good, type NotationCase, stricter } from './case.ts';

const TWICE = 'a subject with two common names, of which Notation takes the last';
const OVERLAP = 'identities of which one signer may be both; the specification calls them overlapping';

const C = '2.5.4.6';
const ST = '2.5.4.8';
const O = '2.5.4.10';
const CN = '2.5.4.3';
const SUBJECT = 'x509.subject: C=US, ST=WA, O=acme.io';

const attribute = (type: string, value: Buffer): Buffer => sequence(oid(type), value);
const text = (type: string, value: string): Buffer => attribute(type, utf8String(value));
const teletex = (type: string, value: string): Buffer => attribute(type, element(0x14, Buffer.from(value)));
/** A name of these relative distinguished names. */
const named = (...names: readonly (readonly Buffer[])[]): Buffer =>
  sequence(...names.map((attributes) => setOf(...attributes)));

const by = (leaf: CertificateKnobs, identities: readonly string[]) => {
  const made = chain({ leaf });
  return { signature: { chain: made }, trust: { stores: { 'ca:acme': made.slice(-1) }, identities } };
};
const plain = named([text(C, 'US')], [text(ST, 'WA')], [text(O, 'acme.io')]);
const twoFold = named([text(C, 'US')], [text(ST, 'WA')], [text(O, 'acme.io')], [text(CN, 'b')]);

/** Signatures that differ in how their signer is called, and who is trusted. */
export function nameCases(): readonly NotationCase[] {
  return [
    good('by one whose attributes stand in one part', {
      ...by({ subject: named([text(C, 'US'), text(ST, 'WA')], [text(O, 'acme.io')]) }, [SUBJECT]),
    }),
    good('by one whose name is in Teletex', {
      ...by({ subject: named([text(C, 'US')], [teletex(ST, 'WA')], [teletex(O, 'acme.io')]) }, [SUBJECT]),
    }),
    stricter('by one with two common names', 'SignerNotTrusted', TWICE, {
      ...by(
        {
          subject: named(
            [text(C, 'US')],
            [text(ST, 'WA')],
            [text(O, 'acme.io')],
            [text(CN, 'a')],
            [text(CN, 'b')],
          ),
        },
        [SUBJECT],
      ),
    }),
    bad('by one whose name goes on behind a zero', 'SignerNotTrusted', {
      ...by({ subject: named([text(C, 'US')], [text(ST, 'WA')], [text(O, 'acme.io\0evil')]) }, [SUBJECT]),
    }),
    good('by one of two identities that want two values', {
      ...by({ subject: plain }, [SUBJECT, 'x509.subject: C=US, ST=WA, O=other.io, OU=a']),
    }),
    stricter('under one with two identities that one signer may have', 'wrong input', OVERLAP, {
      ...by({ subject: twoFold }, [`${SUBJECT}, OU=a`, `${SUBJECT}, CN=b`]),
    }),
    bad('under one with a tab in an identity', 'wrong input', {
      ...by({ subject: plain }, ['x509.subject:\tC=US,\tST=WA,\tO=acme.io']),
    }),
    bad('under one with a line break in an identity', 'wrong input', {
      ...by({ subject: plain }, ['x509.subject: C=US,\n ST=WA, O=acme.io']),
    }),
  ];
}
