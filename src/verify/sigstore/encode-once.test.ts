import { readFileSync } from 'node:fs';
import { X509Certificate } from '@sigstore/core';
import { z } from 'zod';
import { describe, expect, it } from 'vitest';
import { encodeOnce } from './encode-once.ts';

const rootSchema = z.object({
  certificateAuthorities: z.tuple([
    z.object({ certChain: z.object({ certificates: z.array(z.object({ rawBytes: z.string() })).min(2) }) }),
  ]),
});
const { certificateAuthorities } = rootSchema.parse(
  JSON.parse(readFileSync('testdata/trusted-root.json', 'utf8')),
);
const [intermediate = '', root = ''] = certificateAuthorities[0].certChain.certificates.map(
  ({ rawBytes }) => rawBytes,
);
const parse = (base64: string) => X509Certificate.parse(Buffer.from(base64, 'base64'));

describe('a certificate that remembers its encoding', () => {
  it('is what it was', () => {
    const [plain, once] = [parse(intermediate), encodeOnce(parse(intermediate))];
    for (let time = 0; time < 2; time += 1) {
      expect(once.root.toDER()).toEqual(plain.root.toDER());
      expect(once.equals(plain)).toBe(true);
      expect(once.equals(parse(root))).toBe(false);
      expect(once.verify(parse(root))).toBe(true);
      expect(parse(root).verify(once)).toBe(false);
    }
  });

  it('is not changed by who writes into what it gave', () => {
    const once = encodeOnce(parse(intermediate));
    once.root.toDER().fill(0);
    expect(once.root.toDER()).toEqual(parse(intermediate).root.toDER());
  });

  it('has copies that encode for themselves', () => {
    const copy = encodeOnce(parse(intermediate)).clone();
    copy.extensions.splice(0, 1);
    expect(copy.root.toDER()).not.toEqual(parse(intermediate).root.toDER());
  });
});
