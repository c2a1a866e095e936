import { describe, expect, it } from 'vitest';
import { readSbom } from './read-sbom.ts';

const NAMESPACE = 'http://cyclonedx.org/schema/bom/1.6';
const bom = (content: string, prolog = '<?xml version="1.0"?>') =>
  `${prolog}<bom xmlns="${NAMESPACE}" version="1">${content}</bom>`;
const listed = (name: string, more = '') =>
  `<component type="library" bom-ref="${name}"><name>${name}</name>${more}</component>`;
const components = (...all: readonly string[]) => `<components>${all.join('')}</components>`;
const read = (document: string) => readSbom(Buffer.from(document), 'cyclonedx');

describe('CycloneDX XML', () => {
  it('says what the same document says as JSON', () => {
    const digest = `sha256:${'ab'.repeat(32)}`;
    const xml = bom(
      `<metadata><timestamp>2026-01-15T09:00:00Z</timestamp>
        <tools><components><component type="application"><name>syft</name><version>1.42.0</version></component></components></tools>
        <authors><author><name>Acme</name></author></authors>
        <component type="container" bom-ref="cart"><name>cart</name><version>${digest}</version></component>
      </metadata>
      ${components(
        listed(
          'express',
          `<version>4.19.2</version><hashes><hash alg="SHA-256">${'cd'.repeat(32)}</hash></hashes>
          <licenses><license><id>MIT</id></license></licenses><purl>pkg:npm/express@4.19.2</purl>
          <components>${listed('nested')}</components>
          <properties><property name="syft:location:0:path">/app/package.json</property></properties>`,
        ),
      )}
      <dependencies><dependency ref="cart"><dependency ref="express"/></dependency></dependencies>`,
    );
    const json = {
      bomFormat: 'CycloneDX',
      specVersion: '1.6',
      version: 1,
      metadata: {
        timestamp: '2026-01-15T09:00:00Z',
        tools: { components: [{ type: 'application', name: 'syft', version: '1.42.0' }] },
        authors: [{ name: 'Acme' }],
        component: { type: 'container', 'bom-ref': 'cart', name: 'cart', version: digest },
      },
      components: [
        {
          type: 'library',
          'bom-ref': 'express',
          name: 'express',
          version: '4.19.2',
          hashes: [{ alg: 'SHA-256', content: 'cd'.repeat(32) }],
          licenses: [{ license: { id: 'MIT' } }],
          purl: 'pkg:npm/express@4.19.2',
          components: [{ type: 'library', 'bom-ref': 'nested', name: 'nested' }],
          properties: [{ name: 'syft:location:0:path', value: '/app/package.json' }],
        },
      ],
      dependencies: [{ ref: 'cart', dependsOn: ['express'] }],
    };
    const ofXml = read(xml);
    expect(ofXml).toMatchObject({ ok: true, value: { listed: 2, describes: [digest] } });
    expect(ofXml).toStrictEqual(readSbom(json, null));
  });

  it.each<[string, string]>([
    [
      'elements of other namespaces, with what is in them',
      `<x:a xmlns:x="urn:x"><component/></x:a>${components(listed('a'))}`,
    ],
    [
      'attributes of whatever name',
      components('<component type="library" x="y" xml:lang="en"><name>a</name></component>'),
    ],
    [
      'names with a prefix',
      `<c:components xmlns:c="${NAMESPACE}"><c:component type="library"><c:name>a</c:name></c:component></c:components>`,
    ],
    [
      'text in a CDATA section',
      components('<component type="library"><name><![CDATA[a<b]]></name></component>'),
    ],
    [
      'the five entities that XML has itself',
      components('<component type="library"><name>a&amp;&lt;&gt;&apos;&quot;&#65;</name></component>'),
    ],
    ['comments and instructions', `<!-- <component/> --><?x y?>${components(listed('a'))}`],
    [
      'what repeats without an element around it',
      `${components(listed('a'))}<definitions><standards><standard><requirements><requirement>
        <openCre>CRE:1-1</openCre><openCre>CRE:2-2</openCre></requirement></requirements></standard></standards></definitions>`,
    ],
  ])('reads %s', (_name, content) => {
    const sbom = read(bom(content));
    expect(sbom.ok ? sbom.value.listed : sbom.message).toBe(1);
  });

  it.each<[string, string, string]>([
    ['a description of several lines', '1.2', '<version>1</version><description>a\nb</description>'],
    [
      'a licence that has a link alone',
      '1.5',
      '<licenses><license><url>https://example.com</url></license></licenses>',
    ],
  ])('reads %s, as XSD has it', (_name, version, more) => {
    const sbom = read(bom(components(listed('a', more))).replace('bom/1.6', `bom/${version}`));
    expect(sbom).toMatchObject({ ok: true, value: { listed: 1, specVersion: version } });
  });

  it('reads UTF-16 behind a byte order mark', () => {
    for (const encoding of ['UTF-16', 'UTF-8']) {
      const document = bom(components(listed('a')), `<?xml version="1.0" encoding="${encoding}"?>`);
      const [bytes, swapped] = [0, 1].map(() => Buffer.from(`\uFEFF${document}`, 'utf16le'));
      for (const one of [bytes, swapped?.swap16()])
        expect(readSbom(one, null)).toMatchObject({ ok: true, value: { listed: 1 } });
    }
  });

  const entity = '<!DOCTYPE bom [<!ENTITY x "y">]>';
  const billion =
    '<!DOCTYPE bom [<!ENTITY a "aaaaaaaa"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>';
  it.each<[string, string, string]>([
    ['a document type', bom('', '<!DOCTYPE bom>'), 'a document type is refused'],
    ['an entity', bom(components(listed('&x;')), entity), 'a document type is refused'],
    [
      'an entity of a file',
      bom('', '<!DOCTYPE bom [<!ENTITY x SYSTEM "file:///etc/passwd">]>'),
      'a document type is refused',
    ],
    ['entities of entities', bom(components(listed('&c;')), billion), 'a document type is refused'],
    [
      'an entity that nobody has declared',
      bom(components(listed('a', '<version>&x;</version>'))),
      'not well-formed',
    ],
    [
      'elements nested without an end',
      bom('<components><component type="library"><components>'.repeat(100)),
      'nested deeper',
    ],
    ['other namespaces nested without an end', bom('<x:a xmlns:x="urn:x">'.repeat(5000)), 'nested deeper'],
    ['a text that ends early', bom(components(listed('a'))).slice(0, -20), 'not well-formed'],
    ['a second root', `${bom('')}<bom/>`, 'not well-formed'],
    ['another encoding', bom('', '<?xml version="1.0" encoding="UTF-16"?>'), 'its encoding is "UTF-16"'],
    ['an unknown version', bom('').replace('1.6', '1.9'), 'of the version "1.9"'],
    ['an unknown element', bom('<other/>'), 'no element "other"'],
    ['an unknown element of a component', bom(components(listed('a', '<other/>'))), '"other"'],
    [
      'a licence that has a link alone, which 1.6 no longer allows',
      bom(components(listed('a', '<licenses><license><url>https://example.com</url></license></licenses>'))),
      "must have required property 'id'",
    ],
    ["a prototype's name", bom('<__proto__/>'), 'no element "__proto__"'],
    [
      'an element that stands twice',
      bom(components(listed('a', '<version>1</version><version>2</version>'))),
      'version stands twice',
    ],
    [
      'a list that stands twice',
      bom(components(listed('a')) + components(listed('b'))),
      'components stands twice',
    ],
    ['a reference that stands twice', bom(components(listed('a'), listed('a'))), 'bom-ref "a" stands twice'],
  ])('refuses %s', (_name, document, message) => {
    const sbom = read(document);
    expect(sbom.ok ? 'it was read' : sbom.message).toContain(message);
  });

  it('refuses bytes that are no UTF-8', () => {
    const [head = '', tail = ''] = bom(components(listed('X'))).split('X', 2);
    const sbom = readSbom(Buffer.concat([Buffer.from(head), Buffer.from([0xff]), Buffer.from(tail)]), null);
    expect(sbom).toStrictEqual({ ok: false, message: 'it is not UTF-8' });
  });
});
