import { expect, it } from 'vitest';
import type { Match } from './answer.ts';
import { component } from './component.fixture.ts';
import { hitsOf } from './sweep-hits.ts';
import type { SweptContainer } from './sweep-report.ts';
import type { VexWord } from './vex-word.ts';

const PLACE: SweptContainer = {
  cluster: null,
  namespace: 'shop',
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  name: 'cart',
  labels: {},
  container: 'app',
  type: 'container',
  image: 'ghcr.io/acme/cart:v1',
  digest: null,
  state: 'running',
  pods: 1,
  platform: null,
  since: null,
  location: null,
};

const EXCUSED: VexWord = {
  status: 'not_affected',
  justification: 'vulnerable_code_not_present',
  signer: 'the key of ci',
  signedAt: null,
  excuses: true,
};

function found(asked: string, vex: VexWord | null): Match {
  return {
    query: 'vulnerability',
    asked,
    found: 'log4j-core 2.14.1',
    at: 'manifest',
    evidence: [],
    component: component(),
    vex,
  };
}

it.each<[string, readonly Match[], boolean | undefined]>([
  ['both excused', [found('CVE-1', EXCUSED), found('CVE-2', EXCUSED)], true],
  ['the second by nobody', [found('CVE-1', EXCUSED), found('CVE-2', null)], undefined],
  ['the first by nobody', [found('CVE-1', null), found('CVE-2', EXCUSED)], undefined],
  [
    'the second in vain',
    [found('CVE-1', EXCUSED), found('CVE-2', { ...EXCUSED, justification: null, excuses: false })],
    false,
  ],
])('one hit of a component with two vulnerabilities is excused where both are: %s', (_what, matches, is) => {
  expect(hitsOf(PLACE, matches, null).map(({ vex }) => vex?.excuses)).toEqual([is]);
});
