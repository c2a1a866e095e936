import { expect, it } from 'vitest';
import { container, workload } from '../policy/judged-image.fixture.ts';
import type { ImageName } from '../policy/image-pattern.ts';
import type { Policy, Rule } from '../policy/policy.ts';
import { authoritiesOf, rulesAbout } from './authorities.ts';
import type { Subject } from './query.ts';
import { A, CART, swept } from './subject.fixture.ts';

/** A rule about all images of a repository. */
function rule(name: string, repository: string, authorities: readonly string[]): Rule {
  return {
    name,
    enforcement: 'enforce',
    enforcesArguments: false,
    matches: ({ image }: { readonly image: ImageName }) => (image.repository === repository ? [] : null),
    checks: [],
    authorities,
  };
}

const POLICY: Policy = {
  sources: [],
  trust: { roots: [], keys: [] },
  rules: [rule('cart', 'ghcr.io/acme/cart', ['ci']), rule('mirror', 'mirror.acme.example/cart', ['mirror'])],
  default: 'deny',
  exceptions: [],
  authorities: ['ci', 'mirror', 'security'].map((name) => ({
    name,
    description: name,
    unsupported: null,
    accepts: () => true,
  })),
};

function subject(text: string, from: string | null = null): Subject {
  const running = {
    imageID: `${from}@${A}`,
    digest: A,
    repository: from,
    config: null,
    platforms: [],
  };
  return {
    workload: workload(),
    container: container(text),
    image: swept(text, from === null ? {} : { running }),
    named: null,
    indexes: new Map(),
    policy: POLICY,
  };
}

it.each([
  [CART, null, ['cart'], ['ci', 'security']],
  [CART, 'ghcr.io/acme/cart', ['cart'], ['ci', 'security']],
  [CART, 'mirror.acme.example/cart', ['cart', 'mirror'], ['ci', 'mirror', 'security']],
  ['docker.io/library/nginx:1', null, [], ['security']],
])('%s, pulled from %s', (text, from, rules, authorities) => {
  const of = subject(text, from);
  expect(rulesAbout(of).map(({ name }) => name)).toEqual(rules);
  expect(authoritiesOf(of).map(({ name }) => name)).toEqual(authorities);
});

it('nobody is trusted without a policy', () => {
  expect(authoritiesOf({ ...subject(CART), policy: null })).toEqual([]);
});
