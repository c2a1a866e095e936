import { describe, expect, it } from 'vitest';
import { key, RELEASE, workflow } from '../../attestations/slsa/provenance.fixture.ts';
import type { Claim, Signer } from '../../verify/verifier.ts';
import { image, manifest, refused, unreadable, unresolved, verified } from '../judged-image.fixture.ts';
import type { SbomFile } from '../schema.ts';
import type { JudgedImage } from '../subject.ts';
import { attached, attested, judgeBy, platform, refusedPiece, said } from './attested.fixture.ts';
import { sbomCheck } from './sbom.ts';

const CYCLONEDX = 'https://cyclonedx.org/bom';
const SPDX = 'https://spdx.dev/Document';
const CI = workflow(RELEASE);
const STRANGER = workflow('https://github.com/evil/cart/.github/workflows/release.yml@refs/tags/v1.0.0');
const digestOf = (digit: string) => `sha256:${digit.repeat(64)}`;

const COMPONENT = {
  type: 'library',
  'bom-ref': 'a',
  name: 'a',
  version: '1.0.0',
  purl: 'pkg:npm/a@1.0.0',
  supplier: { name: 'acme' },
};

/** A CycloneDX document with everything that the NTIA asks for; `describes` are digits of manifests. */
function cyclonedx(describes: string | null, more: object = {}): object {
  const described = describes !== null && {
    component: { type: 'container', name: 'cart', version: digestOf(describes) },
  };
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    metadata: { timestamp: '2026-01-02T00:00:00Z', authors: [{ name: 'acme' }], ...described },
    components: [COMPONENT],
    dependencies: [{ ref: 'a', dependsOn: [] }],
    ...more,
  };
}

function spdx(...describes: readonly string[]): object {
  const images = describes.map((digit) => ({
    SPDXID: `SPDXRef-${digit}`,
    name: 'cart',
    versionInfo: digestOf(digit),
    primaryPackagePurpose: 'CONTAINER',
  }));
  return {
    spdxVersion: 'SPDX-2.3',
    SPDXID: 'SPDXRef-DOCUMENT',
    dataLicense: 'CC0-1.0',
    name: 'cart',
    creationInfo: { created: '2026-01-02T00:00:00Z', creators: ['Tool: syft-1'] },
    documentDescribes: images.map(({ SPDXID }) => SPDXID),
    packages: [...images, { SPDXID: 'SPDXRef-p', name: 'a', versionInfo: '1.0.0' }],
  };
}

const sbom = (describes: string | null = null, more: object = {}, signer: Signer = CI): Claim =>
  attested(signer, CYCLONEDX, cyclonedx(describes, more));
const BROKEN = attested(CI, CYCLONEDX, { bomFormat: 'CycloneDX', specVersion: '9' });

const judge = (judged: JudgedImage, asked: Partial<SbomFile> = {}) =>
  judgeBy(sbomCheck, { sbom: { signedBy: { anyOf: ['ci'] }, ...asked } }, judged);

describe('sbom', () => {
  it.each<[string, JudgedImage, string]>([
    ['by an authority', image(attached('a', sbom())), 'pass SbomAccepted'],
    ['that names this image', image(attached('a', sbom('a'))), 'pass SbomAccepted'],
    ['of nobody', image(attached('a')), 'fail SbomMissing'],
    ['by a stranger', image(attached('a', sbom('a', {}, STRANGER))), 'fail SignerNotTrusted'],
    [
      'that is another attestation',
      image(attached('a', attested(CI, 'https://slsa.dev/provenance/v1', {}))),
      'fail SbomMissing',
    ],
    ['of another image', image(attached('a', sbom('b'))), 'fail SbomForOtherImage'],
    ['of another image, beside this one', image(attached('a', sbom('b'), sbom('a'))), 'pass SbomAccepted'],
    ['without a component', image(attached('a', sbom('a', { components: [] }))), 'fail SbomEmpty'],
    ['that cannot be read', image(attached('a', BROKEN)), 'unknown SbomUnreadable'],
    ['that cannot be read, beside one that can', image(attached('a', BROKEN, sbom())), 'pass SbomAccepted'],
    [
      'of a type that its document is not',
      image(attached('a', attested(CI, SPDX, cyclonedx('a')))),
      'unknown SbomUnreadable',
    ],
    ['of an image that is not there', unresolved('ImageNotFound'), 'unknown ImageNotFound'],
    ['that could not be fetched', image(unreadable(attached('a'))), 'unknown RegistryUnreachable'],
    [
      'beside something that could not be fetched',
      image(unreadable(attached('a', sbom()))),
      'pass SbomAccepted',
    ],
    [
      'for another image, beside something that could not be fetched',
      image(unreadable(attached('a', sbom('b')))),
      'unknown RegistryUnreachable',
    ],
    [
      'beside a forged piece',
      image({ ...attached('a'), verdicts: [refused('SignatureInvalid')] }),
      'fail SignatureInvalid',
    ],
    [
      'beside a signature in doubt, which has no place for one',
      image({ ...attached('a'), verdicts: [refusedPiece('simple-signing', 'TrustRootOutdated')] }),
      'fail SbomMissing',
    ],
    [
      'that nobody has signed',
      image({ ...attached('a'), verdicts: [refusedPiece('sbom', 'EvidenceUnsigned')] }),
      'fail SbomUnsigned',
    ],
    [
      'that nobody has signed, beside one by an authority',
      image(manifest('a', refusedPiece('sbom', 'EvidenceUnsigned'), verified(sbom()))),
      'pass SbomAccepted',
    ],
  ])('%s', (_name, judged, expected) => {
    expect(said(judge(judged))).toBe(expected);
  });

  it.each<[string, Partial<SbomFile>, Claim[], string]>([
    ['of an accepted format', { formats: ['cyclonedx'] }, [sbom()], 'pass SbomAccepted'],
    ['of one of several formats', { formats: ['spdx', 'cyclonedx'] }, [sbom()], 'pass SbomAccepted'],
    ['of another format', { formats: ['spdx'] }, [sbom()], 'fail SbomFormatNotAccepted'],
    [
      'of another format beside the accepted one',
      { formats: ['spdx'] },
      [sbom(), attested(CI, SPDX, spdx('a'))],
      'pass SbomAccepted',
    ],
    ['with all minimum elements', { minimumElements: 'ntia' }, [sbom()], 'pass SbomAccepted'],
    [
      'without a supplier',
      { minimumElements: 'ntia' },
      [sbom('a', { components: [{ ...COMPONENT, supplier: undefined }] })],
      'fail SbomElementsMissing',
    ],
    ['without a supplier that nobody asks for', {}, [attested(CI, SPDX, spdx('a'))], 'pass SbomAccepted'],
    ['that is young enough', { maxAge: 367 * 86_400_000 }, [sbom()], 'pass SbomAccepted'],
    ['that is too old', { maxAge: 86_400_000 }, [sbom()], 'fail EvidenceTooOld'],
    [
      'that is old and was signed again',
      { maxAge: 7 * 86_400_000 },
      [attested(CI, CYCLONEDX, cyclonedx('a'), ['2027-01-02T00:00:00Z'])],
      'fail EvidenceTooOld',
    ],
    [
      'without a verified time',
      { maxAge: 7 * 86_400_000 },
      [attested(CI, CYCLONEDX, cyclonedx('a'), [])],
      'unknown AgeUnknown',
    ],
    [
      'without a verified time where no age is asked for',
      {},
      [attested(CI, CYCLONEDX, cyclonedx('a'), [])],
      'pass SbomAccepted',
    ],
    [
      'by both who must',
      { signedBy: { allOf: ['ci', 'release-key'] } },
      [sbom(), sbom('a', {}, key)],
      'pass SbomAccepted',
    ],
    ['by one of both who must', { signedBy: { allOf: ['ci', 'release-key'] } }, [sbom()], 'fail SbomMissing'],
    [
      'by both who must, of one for another image',
      { signedBy: { allOf: ['ci', 'release-key'] } },
      [sbom(), sbom('b', {}, key)],
      'fail SbomForOtherImage',
    ],
    [
      'by one of two',
      { signedBy: { anyOf: ['ci', 'release-key'], atLeast: 2 } },
      [sbom(), sbom()],
      'fail SbomMissing',
    ],
  ])('%s', (_name, asked, claims, expected) => {
    expect(said(judge(image(attached('a', ...claims)), asked))).toBe(expected);
  });

  it('says format, version and number of components, and who has signed', () => {
    expect(judge(image(attached('a', sbom('a'))))).toMatchObject({
      authority: 'ci',
      message: 'cyclonedx 1.6 with 1 components, signed by ci',
      details: { format: 'cyclonedx', specVersion: '1.6', components: 1 },
    });
  });

  it('says which elements are missing, of how many', () => {
    const bare = sbom('a', {
      components: [COMPONENT, { ...COMPONENT, 'bom-ref': 'b', supplier: undefined }],
      dependencies: [{ ref: 'a', dependsOn: ['b'] }],
    });
    expect(judge(image(attached('a', bare)), { minimumElements: 'ntia' }).message).toBe(
      'the SBOM lacks minimum elements: supplier (1 of 2)',
    );
  });

  it("names what CISA's list asks for beside the NTIA's", () => {
    const asked = { minimumElements: 'cisa2025' as const };
    const judged = judge(image(attached('a', sbom('a'))), asked);
    expect(judged.reason).toBe('SbomElementsMissing');
    expect(judged.message).toBe(
      'the SBOM lacks minimum elements: hash (1 of 1), licence (1 of 1), tool name (1 of 1), generation context (1 of 1)',
    );
  });
});

describe('sbom of an index', () => {
  const several = attested(CI, SPDX, spdx('a', 'b'));

  it.each<[string, JudgedImage, string]>([
    [
      'on every child',
      image(attached('e'), [platform('a', sbom('a')), platform('b', sbom('b'))]),
      'pass SbomAccepted',
    ],
    ['on one child of two', image(attached('e'), [platform('a', sbom()), platform('b')]), 'fail SbomMissing'],
    [
      'on the index, of the only child',
      image(attached('e', sbom('a')), [platform('a')]),
      'pass SbomAccepted',
    ],
    [
      'on the index, of one child and silent',
      image(attached('e', sbom()), [platform('a')]),
      'pass SbomAccepted',
    ],
    [
      'on the index, of one child, about the index',
      image(attached('e', sbom('e')), [platform('a')]),
      'pass SbomAccepted',
    ],
    [
      'on the index, of two children and silent',
      image(attached('e', sbom()), [platform('a'), platform('b')]),
      'unknown PlatformNotCovered',
    ],
    [
      'on the index, of two children, about the index',
      image(attached('e', sbom('e')), [platform('a'), platform('b')]),
      'unknown PlatformNotCovered',
    ],
    [
      'on the index, about one child of two',
      image(attached('e', sbom('a')), [platform('a'), platform('b')]),
      'unknown PlatformNotCovered',
    ],
    [
      'on the index, about one child, and on the other',
      image(attached('e', sbom('a')), [platform('a'), platform('b', sbom())]),
      'pass SbomAccepted',
    ],
    [
      'on the index, one about each child',
      image(attached('e', sbom('a'), sbom('b')), [platform('a'), platform('b')]),
      'pass SbomAccepted',
    ],
    [
      'on the index, one about both children',
      image(attached('e', several), [platform('a'), platform('b')]),
      'pass SbomAccepted',
    ],
    [
      'on the index, about another image',
      image(attached('e', sbom('c')), [platform('a'), platform('b')]),
      'fail SbomForOtherImage',
    ],
    [
      'on a child, about its sibling',
      image(attached('e'), [platform('a', sbom('b')), platform('b', sbom('b'))]),
      'fail SbomForOtherImage',
    ],
    [
      'on the index by a stranger, and on every child',
      image(attached('e', sbom('c', {}, STRANGER)), [platform('a', sbom())]),
      'pass SbomAccepted',
    ],
  ])('%s', (_name, judged, expected) => {
    expect(said(judge(judged))).toBe(expected);
  });

  it.each<[string, JudgedImage, string]>([
    [
      'one on the index about the child, one on the child',
      image(attached('e', sbom('a')), [platform('a', sbom('a', {}, key))]),
      'pass SbomAccepted',
    ],
    [
      'one on the index about another child, one on the child',
      image(attached('e', sbom('b')), [platform('a', sbom('a', {}, key)), platform('b', sbom('b', {}, key))]),
      'unknown PlatformNotCovered',
    ],
    [
      'each on another child',
      image(attached('e'), [platform('a', sbom('a')), platform('b', sbom('b', {}, key))]),
      'fail SbomMissing',
    ],
  ])('by both who must: %s', (_name, judged, expected) => {
    expect(said(judge(judged, { signedBy: { allOf: ['ci', 'release-key'] } }))).toBe(expected);
  });
});
