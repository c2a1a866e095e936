import { describe, expect, it } from 'vitest';
import type { EvidenceFormat } from '../../evidence/collector.ts';
import type { Verdict } from '../../verify/verifier.ts';
import { child, image, manifest, unreadable, unresolved } from '../judged-image.fixture.ts';
import type { SbomFile } from '../schema.ts';
import type { JudgedImage } from '../subject.ts';
import { judgeAnySbom } from './unsigned-sbom.ts';

const component = { type: 'library', 'bom-ref': 'a', name: 'a', version: '1' };

/** A CycloneDX document; `describes` is the letter of a manifest. */
const cyclonedx = (describes: string | null = null, components: readonly object[] = [component]): object => ({
  bomFormat: 'CycloneDX',
  specVersion: '1.6',
  metadata:
    describes === null
      ? {}
      : { component: { type: 'container', name: 'x', version: `sha256:${describes.repeat(64)}` } },
  components,
});

function unsigned(format: EvidenceFormat, about: string, document: unknown): Verdict {
  return {
    result: 'refused',
    refusal: { reason: 'EvidenceUnsigned', message: 'nobody has signed it' },
    evidence: {
      format,
      digest: `sha256:${'e'.repeat(64)}`,
      subject: `sha256:${about.repeat(64)}`,
      location: 'registry/app:sha256-a.sbom',
      bytes: Buffer.from(typeof document === 'string' ? document : JSON.stringify(document)),
      annotations: {},
    },
  };
}

const alone = (about: string, document: unknown = cyclonedx()) => unsigned('sbom', about, document);
const stated = (about: string, names = about, predicateType = 'https://cyclonedx.org/bom') =>
  unsigned('statement', about, {
    _type: 'https://in-toto.io/Statement/v0.1',
    subject: [{ digest: { sha256: names.repeat(64) } }],
    predicateType,
    predicate: cyclonedx(),
  });

const said = (judged: JudgedImage, asked: SbomFile = { allowUnsigned: true }) => {
  const { status, reason } = judgeAnySbom(judged, asked);
  return `${status} ${reason}`;
};

describe('an SBOM that nobody needs to have signed', () => {
  it.each<[string, JudgedImage, string, SbomFile?]>([
    ['that is there', image(manifest('a', alone('a'))), 'pass SbomAccepted'],
    ['that is not there', image(manifest('a')), 'fail SbomMissing'],
    ['that names this image', image(manifest('a', alone('a', cyclonedx('a')))), 'pass SbomAccepted'],
    ['of another image', image(manifest('a', alone('a', cyclonedx('b')))), 'fail SbomForOtherImage'],
    ['without components', image(manifest('a', alone('a', cyclonedx(null, [])))), 'fail SbomEmpty'],
    ['that cannot be read', image(manifest('a', alone('a', 'x'))), 'unknown SbomUnreadable'],
    [
      'beside one that cannot be read',
      image(manifest('a', alone('a', 'x'), alone('a'))),
      'pass SbomAccepted',
    ],
    [
      'of a format that is not accepted',
      image(manifest('a', alone('a'))),
      'fail SbomFormatNotAccepted',
      { allowUnsigned: true, formats: ['spdx'] },
    ],
    [
      'whose age nobody has signed',
      image(manifest('a', alone('a'))),
      'unknown AgeUnknown',
      { allowUnsigned: true, maxAge: 1000 },
    ],
    ['that could not be fetched', image(unreadable(manifest('a'))), 'unknown RegistryUnreachable'],
    ['of an image that could not be resolved', unresolved(), 'unknown RegistryUnreachable'],
    ['in a statement about this image', image(manifest('a', stated('a'))), 'pass SbomAccepted'],
    [
      'in a statement about another image',
      image(manifest('a', stated('a', 'b'))),
      'fail SignatureForOtherImage',
    ],
    [
      'in a statement of another type',
      image(manifest('a', stated('a', 'a', 'https://slsa.dev/provenance/v1'))),
      'fail SbomMissing',
    ],
    [
      'in the index, about each child',
      image(index(stated('x'), stated('y')), [named('x'), named('y')]),
      'pass SbomAccepted',
    ],
    [
      'in the index, about one child of two',
      image(index(stated('x')), [named('x'), named('y')]),
      'fail SbomMissing',
    ],
    ['of an index of which one child is judged', oneOfTwo(), 'unknown PlatformNotCovered'],
    [
      'on the index, of which child nobody knows',
      image(manifest('i', alone('i')), [named('x'), named('y')]),
      'unknown PlatformNotCovered',
    ],
  ])('%s', (_name, judged, expected, asked) => {
    expect(said(judged, asked)).toBe(expected);
  });

  it('says that nobody was asked who signed it', () => {
    const judgement = judgeAnySbom(image(manifest('a', alone('a'))), { allowUnsigned: true });
    expect(judgement.message).toBe('cyclonedx 1.6 with 1 components; the rule does not ask who signed it');
    expect(judgement.authority).toBeNull();
  });
});

/** `--platform` judges one child; what is said of the index may be about the other. */
function oneOfTwo(): JudgedImage {
  const judged = image(manifest('i', alone('i')), [named('x')]);
  if (!judged.resolution.ok) throw new Error('it is resolved');
  const runnable = ['x', 'y'].map((letter) => `sha256:${letter.repeat(64)}`);
  return { ...judged, resolution: { ok: true, value: { ...judged.resolution.value, runnable } } };
}

/** An index that holds what is about its children, as BuildKit writes them. */
function index(...verdicts: readonly Verdict[]) {
  return { ...manifest('i'), verdicts };
}

function named(letter: string) {
  return { ...child('amd64'), digest: `sha256:${letter.repeat(64)}` };
}
