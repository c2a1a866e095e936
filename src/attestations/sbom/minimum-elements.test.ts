import { describe, expect, it } from 'vitest';
import { missingElements } from './minimum-elements.ts';
import type { Component, Sbom } from './sbom.ts';

const complete: Component = {
  id: 'express',
  name: 'express',
  version: '4.19.2',
  supplier: 'OpenJS',
  purl: 'pkg:npm/express@4.19.2',
  ecosystem: 'npm',
  distro: null,
  source: null,
  locations: [],
  layer: null,
  licences: ['MIT'],
  hashes: [],
  identified: true,
  related: true,
};
const sbom: Sbom = {
  format: 'spdx',
  specVersion: '2.3',
  listed: 2,
  components: [complete, complete],
  relationships: [],
  created: new Date('2026-01-15T09:00:00Z'),
  tools: [{ name: 'syft', version: null }],
  author: 'Acme',
  context: 'build',
  describes: [],
  ecosystems: ['npm'],
  cataloguers: [],
  truncated: false,
  partial: null,
  besides: [],
  problems: [],
};
const lacking = (changes: Partial<Component>): Sbom => ({
  ...sbom,
  components: [complete, { ...complete, ...changes }],
});

describe('missingElements', () => {
  it.each<[string, Sbom, readonly object[]]>([
    ['nothing', sbom, []],
    ['a supplier', lacking({ supplier: null }), [{ element: 'supplier', missing: 1, of: 2 }]],
    ['a name', lacking({ name: null }), [{ element: 'name', missing: 1, of: 2 }]],
    ['a version', lacking({ version: null }), [{ element: 'version', missing: 1, of: 2 }]],
    ['an id', lacking({ identified: false }), [{ element: 'unique id', missing: 1, of: 2 }]],
    ['a relationship', lacking({ related: false }), [{ element: 'relationship', missing: 1, of: 2 }]],
    ['the time', { ...sbom, created: null }, [{ element: 'timestamp', missing: 1, of: 1 }]],
    ['a person, but no tool', { ...sbom, author: null }, []],
    ['author and tool', { ...sbom, author: null, tools: [] }, [{ element: 'author', missing: 1, of: 1 }]],
    [
      'everything',
      { ...lacking({ supplier: null, version: null }), created: null },
      [
        { element: 'supplier', missing: 1, of: 2 },
        { element: 'version', missing: 1, of: 2 },
        { element: 'timestamp', missing: 1, of: 1 },
      ],
    ],
    ['all components', { ...sbom, components: [] }, []],
  ])('%s', (_name, document, expected) => {
    expect(missingElements(document, 'ntia')).toStrictEqual(expected);
  });
});

describe("CISA's elements of 2025", () => {
  const full: Sbom = { ...sbom, components: [{ ...complete, hashes: ['sha256:00'] }] };

  it.each<[string, Sbom, readonly string[]]>([
    ['nothing', full, []],
    ['a hash', { ...full, components: [complete] }, ['hash']],
    [
      'a licence',
      { ...full, components: [{ ...complete, hashes: ['sha256:00'], licences: [] }] },
      ['licence'],
    ],
    [
      'a producer',
      { ...full, components: [{ ...complete, hashes: ['sha256:00'], supplier: null }] },
      ['software producer'],
    ],
    ['an author, but no tool', { ...full, author: null }, ['author']],
    ['the tool', { ...full, tools: [] }, ['tool name']],
    ['the generation context', { ...full, context: null }, ['generation context']],
  ])('%s', (_name, document, expected) => {
    expect(missingElements(document, 'cisa2025').map(({ element }) => element)).toStrictEqual(expected);
  });
});
