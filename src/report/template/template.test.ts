import { describe, expect, it } from 'vitest';
import { parseTemplate } from './template.ts';

const VALUE = {
  kind: 'Report',
  none: null,
  on: true,
  labels: { 'app.kubernetes.io/name': 'cart', a: { b: 'deep' } },
  items: [
    { name: 'a', size: 1, text: '1', sub: { name: 'inner' } },
    { name: 'b', size: 2.5, none: null },
    { name: 'c', size: 10, text: 'x' },
  ],
};

const draw = (template: string, value: unknown = VALUE) => parseTemplate(template)(value);

describe('template', () => {
  it.each([
    ['text', 'a}b', 'a}b'],
    ['text without braces', '.kind', '.kind'],
    ['nothing', '', ''],
    ['a field', '{.kind}', 'Report'],
    ['a field with spaces', '{ .kind }', 'Report'],
    ['a field of the root', '{$.kind}', 'Report'],
    ['a field of the current value', '{@.kind}', 'Report'],
    ['null', '{.none}', 'null'],
    ['true', '{.on}', 'true'],
    ['a number', '{.items[1].size}', '2.5'],
    ['an object', '{.labels.a}', '{"b":"deep"}'],
    ['a field that is not there', '{.nope.more}|', '|'],
    ['a field of text', '{.kind.length}|', '|'],
    ['a field of the prototype', '{.constructor}{.labels.toString}|', '|'],
    ['all', '{.items[*].name}', 'a b c'],
    ['all of an object', '{.labels.a.*}', 'deep'],
    ['all behind a dot', '{.items.[*].name}', 'a b c'],
    ['the first', '{.items[0].name}', 'a'],
    ['the last', '{.items[-1].name}', 'c'],
    ['one that is not there', '{.items[3].name}{.items[-4].name}|', '|'],
    ['an item of text', '{.kind[0]}|', '|'],
    ['several', '{.items[0,2].name}', 'a c'],
    ['a slice', '{.items[0:2].name}', 'a b'],
    ['a slice to the end', '{.items[1:].name}', 'b c'],
    ['a slice from the end', '{.items[-2:].name}', 'b c'],
    ['a slice with a stride', '{.items[::2].name}', 'a c'],
    ['a name with dots', "{.labels['app.kubernetes.io/name']}", 'cart'],
    ['a name with escaped dots', "{.labels['app\\.kubernetes\\.io/name']}", 'cart'],
    ['a name with escaped dots behind a dot', '{.labels.app\\.kubernetes\\.io/name}', 'cart'],
    ['a path in brackets', "{['labels.a.b']}", 'deep'],
    ['several names', "{['kind','on']}", 'Report true'],
    ['several names of all', "{.items[*]['name','size']}", 'a b c 1 2.5 10'],
    ['what lies anywhere below', '{..name}', 'a inner b c'],
    ['what lies anywhere, filtered', '{..[?(@.size>5)].name}', 'c'],
    ['text in quotes', '{"a\\tb"}{\'c\'}{"\\u00e9"}{"\\""}', 'a\tbcé"'],
    ['a range', '{range .items[*]}{.name}={.size}{"\\n"}{end}.', 'a=1\nb=2.5\nc=10\n.'],
    ['a range in a range', '{range .items[*]}<{range .sub}{.name}{end}>{end}', '<inner><><>'],
    ['a range, of which the value is the root', '{range .items[*]}{$.name}{end}', 'abc'],
    ['equality', '{.items[?(@.name=="b")].size}', '2.5'],
    ['equality in single quotes', "{.items[?(@.name=='b')].size}", '2.5'],
    ['equality, the other way round', '{.items[?("b"==@.name)].size}', '2.5'],
    ['equality with spaces', '{.items[?( @.name == "b" )].size}', '2.5'],
    ['inequality', '{.items[?(@.name!="b")].name}', 'a c'],
    ['less', '{.items[?(@.size<2.5)].name}', 'a'],
    ['at most', '{.items[?(@.size<=2.5)].name}', 'a b'],
    ['more', '{.items[?(@.size>1)].name}', 'b c'],
    ['at least', '{.items[?(@.size>=10)].name}', 'c'],
    ['order of text', '{.items[?(@.name>="b")].name}', 'b c'],
    ['another kind of value', '{.items[?(@.text==1)].name}|', '|'],
    ['a field that is there', '{.items[?(@.sub)].name}', 'a'],
    ['a field further in', '{.items[?(@.sub.name=="inner")].name}', 'a'],
    [
      'two filters in a row',
      '{.items[?(@.size>1)]}',
      '{"name":"b","size":2.5,"none":null} {"name":"c","size":10,"text":"x"}',
    ],
  ])('draws %s', (_name, template, expected) => {
    expect(draw(template)).toBe(expected);
  });

  it.each([
    ['{.kind', 'it ends where a step of the path or } is wanted, at character 7'],
    ['a{kind}', '"k" where a path, "text", range or end is wanted, at character 3'],
    ['{}', '"}" where a path, "text", range or end is wanted, at character 2'],
    ['{.a .b}', '"." where a step of the path or } is wanted, at character 5'],
    ['{.a[}', '"}" where an index, \'a name\', * or ?(a filter) is wanted, at character 5'],
    ['{.a["b"]}', '"\\"" where an index, \'a name\', * or ?(a filter) is wanted, at character 5'],
    ['{.a[0}', '"]" is missing at the end of [, at character 6'],
    ['{.a[0:1:0]}', 'a slice goes forward by 1 or more, at character 8'],
    ['{.a[?@.b]}', '"(" is missing behind ?, at character 6'],
    ['{.a[?(@.b=="c"]}', '")" is missing at the end of ?(, at character 15'],
    ['{.a[?(@.b=~"c")]}', '")" is missing at the end of ?(, at character 10'],
    [
      '{.a[?(@.b=="c" && @.d)]}',
      'kubectl\'s filters know no && and ||; put two filters in a row for "and", at character 16',
    ],
    ['{.a[?(b)]}', '"b" where @.name, "text", a number, true or false is wanted, at character 7'],
    ['{"a}', 'the text has no closing quote, at character 2'],
    ['x{end}', '{end} without a {range}, at character 2'],
    ['{range .a[*]}x', 'the range has no {end}, at character 1'],
    ['{range a}{end}', '"a" where a path, as .workloads[*], is wanted, at character 8'],
    ['{.a|.b}', '"|" where a step of the path or } is wanted, at character 4'],
  ])('says of %s what is wrong and where', (template, message) => {
    expect(() => parseTemplate(template)).toThrow(message);
  });

  it.each([
    ['text', '{.a}'],
    ['an object', '{@}'],
    ['a name', '{.*}'],
  ])('shows hostile %s on one line and to no terminal', (_name, template) => {
    const drawn = draw(template, {
      a: 'x\u001B[2J\u009B31m\u202E\u2028\r\nfail',
      '\u202Eb': { '\u009B': '\u202E' },
    });
    expect(drawn).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
  });
});
