import { describe, expect, it } from 'vitest';
import { MANIFEST_DOCUMENTS, YAML_ALIASES } from '../limits.ts';
import { readDocuments } from './document.ts';
import type { Path } from './document.ts';

function values(text: string): unknown[] {
  return readDocuments(text, 'f.yaml').documents.map((document) => document.value);
}

function faults(text: string): string[] {
  return readDocuments(text, 'f.yaml').faults.map(
    ({ line, column, document, message }) => `${line}:${column} #${document} ${message}`,
  );
}

describe('documents of one text', () => {
  it.each<[string, string, unknown[]]>([
    ['an empty text', '', []],
    ['only comments', '# a\n---\n# b\n--- # c\n', []],
    ['only markers', '---\n---\n...\n---\n', []],
    ['a null document, as helm prints for an empty template', 'null\n---\na: 1\n--- ~\n', [{ a: 1 }]],
    ['several documents', 'a: 1\n---\nb: 2\n---\nc: 3', [{ a: 1 }, { b: 2 }, { c: 3 }]],
    ['a marker with a comment', '--- # first\na: 1\n---   \nb: 2\n', [{ a: 1 }, { b: 2 }]],
    [
      'content on the line of the marker',
      '--- {a: 1}\n--- text\n--- |\n  block\n',
      [{ a: 1 }, 'text', 'block\n'],
    ],
    ['an end marker', 'a: 1\n...\nb: 2\n... # end\n# nothing\n', [{ a: 1 }, { b: 2 }]],
    ['a byte order mark', '\uFEFFa: 1\n', [{ a: 1 }]],
    ['a byte order mark before a marker', '\uFEFF---\na: 1\n---\nb: 2\n', [{ a: 1 }, { b: 2 }]],
    ['CRLF', 'a: 1\r\n---\r\nb: |\r\n  x\r\n  y\r\n', [{ a: 1 }, { b: 'x\ny\n' }]],
    ['directives', '%YAML 1.1\n# c\n---\na: 1\n---\nb: 2\n', [{ a: 1 }, { b: 2 }]],
    ['a marker look-alike', 'a: 1\n----: 2\n---x: 3\n', [{ a: 1, '----': 2, '---x': 3 }]],
    ['an indented marker in a block scalar', 'a: |\n  ---\n  b\n---\nc: 1\n', [{ a: '---\nb\n' }, { c: 1 }]],
    ['no object', 'text\n---\n- 1\n---\n42\n', ['text', [1], 42]],
    ['merge keys', 'a: &a {x: 1, z: 2}\nb: {<<: *a, z: 3}\n', [{ a: { x: 1, z: 2 }, b: { x: 1, z: 3 } }]],
    [
      'a list of merge keys',
      'a: &a {x: 1}\nb: {<<: [*a, {x: 2, z: 1}]}\n',
      [{ a: { x: 1 }, b: { x: 1, z: 1 } }],
    ],
    [
      'an anchor of the same name in two documents',
      'a: &a 1\nb: *a\n---\na: &a 2\nb: *a\n',
      [
        { a: 1, b: 1 },
        { a: 2, b: 2 },
      ],
    ],
    ['an anchor that is given anew', 'a: &a 1\nb: *a\nc: &a 2\nd: *a\n', [{ a: 1, b: 1, c: 2, d: 2 }]],
  ])('reads %s', (_, text, expected) => {
    expect(readDocuments(text, 'f.yaml').faults).toEqual([]);
    expect(values(text)).toEqual(expected);
  });

  it.each<[string, string, unknown[]]>([
    ['one object', '{"a": 1}', [{ a: 1 }]],
    ['indented with tabs', '{\n\t"a": {\n\t\t"b": [\n\t\t\t1\n\t\t]\n\t}\n}\n', [{ a: { b: [1] } }]],
    ['objects without anything between them', '{"a": 1}{"b": 2}', [{ a: 1 }, { b: 2 }]],
    ['an object a line', '{"a": 1}\n{"b": 2}\n\n{"c": 3}\n', [{ a: 1 }, { b: 2 }, { c: 3 }]],
    ['braces and quotes in texts', '{"a": "}{\\"}{"} {"b": "\'"}', [{ a: '}{"}{' }, { b: "'" }]],
    ['escapes', '{"a": "\\u00e9\\/\\ud83d\\ude00"}', [{ a: 'é/😀' }]],
    [
      'objects between markers',
      '{"a": 1}\n{"b": 2}\n---\n{"c": 3}\n---\nd: 4\n',
      [{ a: 1 }, { b: 2 }, { c: 3 }, { d: 4 }],
    ],
    ['flow YAML with a brace in a comment', "{a: it's, # }{\n b: '}{'}\n", [{ a: "it's", b: '}{' }]],
  ])('reads JSON: %s', (_, text, expected) => {
    expect(readDocuments(text, 'f.json').faults).toEqual([]);
    expect(values(text)).toEqual(expected);
  });

  it('keeps a __proto__ key as a field like any other', () => {
    const [value] = values('__proto__: {polluted: true}\na: 1\n');
    expect(Object.keys(value ?? {})).toEqual(['__proto__', 'a']);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect('polluted' in {}).toBe(false);
  });
});

describe('faults', () => {
  it.each<[string, string, unknown[], string[]]>([
    [
      'an open bracket',
      'a: 1\n---\nb: [\n---\nc: 3\n',
      [{ a: 1 }, { c: 3 }],
      ['3:5 #2 this is not valid YAML: unexpected end of the stream within a flow collection'],
    ],
    [
      'an open quote',
      'a: 1\n---\nb: "x\n---\nc: 3\n',
      [{ a: 1 }, { c: 3 }],
      ['3:6 #2 this is not valid YAML: unexpected end of the stream within a double quoted scalar'],
    ],
    [
      'a tab as indentation',
      'a:\n\tb: 1\n---\nc: 3\n',
      [{ c: 3 }],
      ['2:1 #1 this is not valid YAML: tab characters must not be used in indentation'],
    ],
    [
      'a broken JSON object',
      '{"a": 1}\n{"b": ]}\n{"c": 3}',
      [{ a: 1 }, { c: 3 }],
      ['2:7 #2 this is not valid YAML: missed comma between flow collection entries'],
    ],
    ['a duplicate key', 'a: 1\nb:\n  c: 1\n  d: 2\n  c: 3\n', [], ['5:3 #1 the key "c" is given twice']],
    [
      'a duplicate key in JSON',
      '{"a": 1,\n "a": 2}\n{"b": 1}',
      [{ b: 1 }],
      ['2:3 #1 the key "a" is given twice'],
    ],
    ['keys that differ in text only', 'yes: 1\ntrue: 2\n', [], ['2:1 #1 the key "true" is given twice']],
    ['an alias without an anchor', 'a: *b\n', [], ['1:4 #1 no anchor &b stands before the alias *b']],
    ['an anchor that contains itself', 'a: &a\n  - *a\n', [], ['2:5 #1 the anchor &a contains itself']],
    [
      'a directive without a document',
      'a: 1\n...\n%YAML 1.1\n',
      [{ a: 1 }],
      ['3:10 #2 this is not valid YAML: directives end mark is expected'],
    ],
    [
      'a list as a key',
      '[1]: 2\n---\na: 1\n',
      [{ a: 1 }],
      ['1:1 #1 this is not valid YAML: object-based map does not support complex keys'],
    ],
    [
      'a merge key that sets a field again',
      'x: &x {image: evil}\nc:\n  image: good\n  <<: *x\n',
      [],
      ['4:3 #1 the merge key << sets "image" again; it must stand before the fields that override it'],
    ],
    [
      'a merge key that is written with escapes',
      'x: &x {image: evil}\nc:\n  image: good\n  !!merge "\\x3c\\x3c": *x\n',
      [],
      ['4:3 #1 the merge key << sets "image" again; it must stand before the fields that override it'],
    ],
    [
      'two merge keys that set the same field',
      'x: &x {a: 1}\ny: &y {<<: *x}\nc:\n  <<: *x\n  <<: *y\n',
      [],
      ['5:3 #1 the merge key << sets "a" again; it must stand before the fields that override it'],
    ],
  ])('tells of %s and reads the rest', (_, text, good, expected) => {
    expect(values(text)).toEqual(good);
    expect(faults(text)).toEqual(expected);
  });

  const laughs = ['a0: &a0 [x,x,x,x,x,x,x,x,x]'];
  for (let n = 1; n < 12; n++) laughs.push(`a${n}: &a${n} [${`*a${n - 1},`.repeat(9)}]`);
  const tower = ['a0: &a0 [x]'];
  for (let n = 1; n < 120; n++) tower.push(`a${n}: &a${n} [*a${n - 1}]`);

  it.each<[string, string, RegExp]>([
    ['aliases of aliases', laughs.join('\n'), /^7:\d+ #1 the aliases stand for more than 1000000 nodes$/],
    [
      'more aliases than the limit',
      `a: &a x\nb: [${'*a,'.repeat(YAML_ALIASES + 1)}]`,
      /more than 1000 aliases$/,
    ],
    ['depth through aliases', tower.join('\n'), /the aliases nest deeper than 100 levels$/],
    ['depth', '['.repeat(200), /^1:\d+ #1 the document nests deeper than 100 levels$/],
  ])('refuses %s', (_, text, message) => {
    expect(faults(`${text}\n---\na: 1\n`)).toEqual([expect.stringMatching(message)]);
    expect(values(`${text}\n---\na: 1\n`)).toEqual([{ a: 1 }]);
    expect(readDocuments(text, 'f').faults[0]?.reason).toBe('LimitExceeded');
  });

  it.each<[string, string]>([
    ['open braces', '{\n'.repeat(20_000)],
    ['open objects between markers', '---\n{"a": [\n'.repeat(5_000)],
    ['merge keys of one mapping', `a:\n${'  <<: {b: 1}\n'.repeat(5_000)}`],
    ['comments', '#\n'.repeat(500_000)],
    ['markers', '---\n'.repeat(500_000)],
  ])('ends for many %s', (_, text) => {
    expect(readDocuments(text, 'f')).toBeDefined();
  });

  it('reads no more documents than the limit allows', { timeout: 20_000 }, () => {
    const { documents, faults } = readDocuments('1\n---\n'.repeat(MANIFEST_DOCUMENTS + 2), 'f');
    expect(documents).toHaveLength(MANIFEST_DOCUMENTS);
    expect(faults).toMatchObject([{ reason: 'LimitExceeded', line: 2 * MANIFEST_DOCUMENTS }]);
  });

  it('accepts as many aliases as the limit allows', () => {
    expect(faults(`a: &a x\nb: [${'*a,'.repeat(YAML_ALIASES)}]`)).toEqual([]);
  });
});

describe('lineOf', () => {
  const text = [
    '# comment', // 1
    'kind: Pod', // 2
    'spec:', // 3
    '  shared: &shared', // 4
    '    - name: a', // 5
    '      image: x', // 6
    '  containers: *shared', // 7
    '  volumes:', // 8
    '  - name: v', // 9
    '    image: {reference: y,', // 10
    '      "pullPolicy": z}', // 11
    '  -', // 12
    '    name: w', // 13
    '    image:', // 14
    '      >-', // 15
    '      text', // 16
    '  base: &base {image: b}', // 17
    '  merged:', // 18
    '    <<: *base', // 19
    '    80: web', // 20
  ].join('\n');

  it.each<[string, Path, number]>([
    ['the document', [], 2],
    ['a field', ['spec'], 3],
    ['a list item', ['spec', 'volumes', 0], 9],
    ['a list item below its dash', ['spec', 'volumes', 1], 13],
    ['a field in flow style', ['spec', 'volumes', 0, 'image', 'pullPolicy'], 11],
    ['the key of a value that stands below it', ['spec', 'volumes', 1, 'image'], 14],
    ['what an alias brings, where the alias stands', ['spec', 'containers', 0, 'image'], 7],
    ['what the anchor has, where that stands', ['spec', 'shared', 0, 'image'], 6],
    ['what a merge key brings, where the merge key stands', ['spec', 'merged', 'image'], 19],
    ['a key that is a number', ['spec', 'merged', 80], 20],
    ['the nearest parent of a field that is not there', ['spec', 'volumes', 0, 'none', 'deeper'], 9],
    ['the nearest parent of an item that is not there', ['spec', 'volumes', 7], 8],
  ])('finds %s', (_, path, line) => {
    expect(readDocuments(text, 'f').documents[0]?.lineOf(path)).toBe(line);
    expect(readDocuments(text.replaceAll('\n', '\r\n'), 'f').documents[0]?.lineOf(path)).toBe(line);
  });

  it('counts lines from the start of the file in later documents', () => {
    const { documents } = readDocuments(
      'a: 1\n---\n# c\n\nb:\n  c: 2\n---\n---\n{"d":\n {"e": 1}}\n{"f": 1}',
      'f',
    );
    expect(documents.map(({ index, line }) => [index, line])).toEqual([
      [1, 1],
      [2, 5],
      [3, 9],
      [4, 11],
    ]);
    expect(documents[1]?.lineOf(['b', 'c'])).toBe(6);
    expect(documents[2]?.lineOf(['d', 'e'])).toBe(10);
  });

  it('finds the lines of very many items in one document', () => {
    const many = `items:\n${'- {a: 1, b: [1, 2]}\n'.repeat(20_000)}`;
    const [document] = readDocuments(many, 'f').documents;
    for (let n = 0; n < 20_000; n++) expect(document?.lineOf(['items', n, 'b', 1])).toBe(n + 2);
  });
});
