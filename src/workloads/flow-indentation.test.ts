import { expect, it } from 'vitest';
import { readDocuments } from './document.ts';

function read(text: string): unknown[] {
  const { documents, faults } = readDocuments(text, 'f.yaml');
  expect(faults).toEqual([]);
  return documents.map(({ value }) => value);
}

it.each<[string, string, unknown]>([
  ['a bracket closed below its key', 'a:\n  b: [\n    1\n  ]\n  c: 2\n', { a: { b: [1], c: 2 } }],
  ['a brace closed below its key', 'a: {\n  b: 1\n}\nc: 2\n', { a: { b: 1 }, c: 2 }],
  ['a bracket closed below its key in a list', '- a: [\n    1,\n  2\n  ]\n- b\n', [{ a: [1, 2] }, 'b']],
  ['items in the first column', 'a:\n  b: [\n1,\n# comment ]\n2,\n  ]\n', { a: { b: [1, 2] } }],
  ['a double-quoted text', 'a:\n  b: "x\ny\\\nz\n\n# no comment"\n', { a: { b: 'x yz\n# no comment' } }],
  ['a single-quoted text', "a:\n  b: 'x\n  it''s'\n", { a: { b: "x it's" } }],
  ['a tab', 'a: [\n\t1,\n\t2\n]\n', { a: [1, 2] }],
  ['CRLF', 'a: [\r\n  1\r\n]\r\nb: 2\r\n', { a: [1], b: 2 }],
])('reads brackets and quotes that are indented no further than their field: %s', (_, text, value) => {
  expect(read(text)).toEqual([value]);
});

it('keeps the lines and columns of the original text', () => {
  const { documents } = readDocuments('a: [\n1,\n  2,\n]\nb:\n- c: {\n}\n- d\n', 'f.yaml');
  const [document] = documents;
  const paths = [['a', 0], ['a', 1], ['b'], ['b', 0, 'c'], ['b', 1]];
  expect(paths.map((path) => document?.lineOf(path))).toEqual([2, 3, 5, 6, 8]);
  const { faults } = readDocuments('a: [\n1,\n]\nb: 1\nb: 2\n', 'f.yaml');
  expect(faults).toMatchObject([{ line: 5, column: 1 }]);
  expect(readDocuments('a: {\nb: 1, b: 2}\n', 'f.yaml').faults).toMatchObject([{ line: 2, column: 7 }]);
});

it.each(['a: [\n1\nb: 2\n', 'a: "x\ny\n', 'a: {\n  b: [\n  }\n]\n'])(
  'does not repair what has no end: %j',
  (text) => {
    expect(readDocuments(text, 'f.yaml').faults).toHaveLength(1);
  },
);

it('gives up a file that needs very many repairs', { timeout: 30_000 }, () => {
  expect(readDocuments(`a: [\n${'1,\n'.repeat(300_000)}]`, 'f.yaml').faults).toHaveLength(1);
});
