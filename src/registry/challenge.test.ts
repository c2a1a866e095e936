import { expect, it } from 'vitest';

import { parseChallenges } from './challenge.ts';

it.each<[string, readonly string[], unknown]>([
  [
    'Docker Hub',
    [
      'Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:a/b:pull,push"',
    ],
    [
      [
        'bearer',
        {
          realm: 'https://auth.docker.io/token',
          service: 'registry.docker.io',
          scope: 'repository:a/b:pull,push',
        },
      ],
    ],
  ],
  [
    'two challenges in one header',
    ['Basic realm="a, b", Bearer realm="c"'],
    [
      ['basic', { realm: 'a, b' }],
      ['bearer', { realm: 'c' }],
    ],
  ],
  [
    'two headers',
    ['Negotiate', 'Basic realm="x"'],
    [
      ['negotiate', {}],
      ['basic', { realm: 'x' }],
    ],
  ],
  [
    'no quotes, odd case and blanks',
    ['BEARER  Realm = https://x/y , service=z'],
    [['bearer', { realm: 'https://x/y', service: 'z' }]],
  ],
  ['quoted quotes', ['Basic realm="say \\"x\\""'], [['basic', { realm: 'say "x"' }]]],
  [
    'a quote that does not end',
    ['Basic realm="x'],
    [
      ['basic', { realm: '' }],
      ['x', {}],
    ],
  ],
  ['nothing', [''], []],
  ['what is no challenge', ['"", =;'], []],
])('reads %s', (_, headers, expected) => {
  const challenges = parseChallenges(headers).map(({ scheme, parameters }) => [
    scheme,
    Object.fromEntries(parameters),
  ]);
  expect(challenges).toEqual(expected);
});
