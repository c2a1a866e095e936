import { describe, expect, it } from 'vitest';
import {
  basicConstraints,
  certificate,
  type Certificate,
  distinguishedName,
} from '../../../test/forge/certificate.ts';
import { key } from '../../../test/forge/keys.ts';
import { chain, VALID } from '../../../test/notation/case.ts';
import { type Certificate as Parsed, parseCertificate } from './certificate.ts';
import { PURPOSE } from './extensions.ts';
import { certificationPaths } from './path.ts';

const parsed = ({ der }: Certificate): Parsed => parseCertificate(der);

describe('certification paths', () => {
  it('lead from the leaf over whatever is offered to the anchor', () => {
    const [leaf, intermediate, root] = chain().map((one) => parsed(one)) as [Parsed, Parsed, Parsed];
    const stray = parsed(chain({ root: { key: key('stray') } })[1] as Certificate);
    expect(certificationPaths(leaf, [root], [stray, intermediate], PURPOSE.codeSigning)).toEqual([
      [leaf, intermediate, root],
    ]);
  });

  it('are not looked for among certificates that issue each other in a circle and that the anchor knows nothing of', () => {
    const circle = distinguishedName('circle');
    const own = key('circle');
    const made = (serial: number) =>
      certificate({
        name: circle,
        key: own,
        issuer: circle,
        issuerKey: own,
        ...VALID,
        serial: Buffer.of(serial),
        extensions: [basicConstraints(true)],
      });
    let looked = 0;
    const counted = (one: Parsed): Parsed =>
      new Proxy(one, {
        get: (target, member) => {
          if (member === 'extensions') looked += 1;
          const value: unknown = Reflect.get(target, member);
          return value;
        },
      });
    const [leaf, ...offered] = [1, 2, 3, 4, 5, 6, 7, 8].map((serial) => counted(parsed(made(serial))));
    const anchor = parsed(chain().at(-1) as Certificate);
    if (!leaf) throw new Error('no leaf');
    expect(certificationPaths(leaf, [anchor], offered, PURPOSE.codeSigning)).toEqual([]);
    // Tried in every order, they would be looked at some thousand times.
    expect(looked).toBeLessThan(100);
  });
});
