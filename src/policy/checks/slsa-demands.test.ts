import { describe, expect, it } from 'vitest';
import { GENERATOR, key, REPOSITORY, v1, v02 } from '../../attestations/slsa/provenance.fixture.ts';
import type { Claim } from '../../verify/verifier.ts';
import type { SlsaFile } from '../schema.ts';
import { attested } from './attested.fixture.ts';
import {
  CI,
  FROM_EVIL,
  GOOD,
  judgeClaims,
  NO_SOURCE,
  OWN,
  provenance,
  saying,
  V1,
  YEAR,
} from './provenance-claims.fixture.ts';

describe('slsa provenance', () => {
  it.each<[string, Partial<SlsaFile>, Claim[], string]>([
    ['of the source by its name', {}, [GOOD], 'pass ProvenanceAccepted'],
    ['of any source', { sources: ['**'] }, [GOOD], 'pass ProvenanceAccepted'],
    ['of an owner', { sources: ['https://github.com/acme/*'] }, [GOOD], 'pass ProvenanceAccepted'],
    ['of a source written with git+', { sources: [`git+${REPOSITORY}`] }, [GOOD], 'pass ProvenanceAccepted'],
    ['of a source written with .git', { sources: [`${REPOSITORY}.git`] }, [GOOD], 'pass ProvenanceAccepted'],
    [
      'of a source written with @ref',
      { sources: [`${REPOSITORY}@refs/tags/v1.0.0`] },
      [GOOD],
      'pass ProvenanceAccepted',
    ],
    [
      'of a glob with all of them',
      { sources: ['git+https://github.com/acme/*.git@refs/heads/main'] },
      [GOOD],
      'pass ProvenanceAccepted',
    ],
    [
      'of an excluded source',
      { sources: ['https://github.com/acme/*', `!git+${REPOSITORY}.git`] },
      [GOOD],
      'fail SourceNotTrusted',
    ],
    ['of another source', { sources: ['https://github.com/acme/shop'] }, [GOOD], 'fail SourceNotTrusted'],
    [
      'of a source whose name goes on',
      { sources: ['https://github.com/acme/car'] },
      [GOOD],
      'fail SourceNotTrusted',
    ],
    ['of a deeper source than *', { sources: ['https://github.com/*'] }, [GOOD], 'fail SourceNotTrusted'],
    [
      'of another source that its certificate names as well',
      {},
      [provenance(saying({ repository: 'https://github.com/evil/cart' }), FROM_EVIL)],
      'fail ProvenanceContradictsCertificate',
    ],
    [
      'that names the right source under a certificate for another',
      {},
      [provenance(v1, FROM_EVIL)],
      'fail ProvenanceContradictsCertificate',
    ],
    [
      'that names another source under the right certificate',
      { sources: ['**'] },
      [provenance(saying({ repository: 'https://github.com/evil/cart' }))],
      'fail ProvenanceContradictsCertificate',
    ],
    [
      'that contradicts its certificate, beside a good one',
      {},
      [provenance(saying({ repository: 'https://github.com/evil/cart' })), GOOD],
      'pass ProvenanceAccepted',
    ],
    [
      'of a certificate without a source, by what it says',
      {},
      [provenance(v1, NO_SOURCE)],
      'pass ProvenanceAccepted',
    ],
    [
      'of a certificate without a source, by what it says otherwise',
      {},
      [provenance(saying({ repository: 'https://github.com/evil/cart' }), NO_SOURCE)],
      'fail SourceNotTrusted',
    ],
    [
      'of a path that leads out of the source',
      { sources: ['https://github.com/acme/**'] },
      [provenance(saying({ repository: 'https://github.com/acme/../evil/cart' }), NO_SOURCE)],
      'fail SourceNotTrusted',
    ],
    [
      'whose source nobody names',
      { sources: ['**'], level: 1 },
      [attested(key, 'https://slsa.dev/provenance/v0.2', { builder: { id: OWN }, buildType: 'a' })],
      'fail SourceNotTrusted',
    ],
    ['of an accepted reference', { sourceRefs: ['refs/tags/v*'] }, [GOOD], 'pass ProvenanceAccepted'],
    ['of another reference', { sourceRefs: ['refs/heads/*'] }, [GOOD], 'fail SourceNotTrusted'],
    [
      'of a reference that nobody names',
      { sourceRefs: ['**'], level: 1 },
      [
        attested(key, 'https://slsa.dev/provenance/v0.2', {
          ...v02,
          invocation: { configSource: { uri: REPOSITORY } },
          materials: [],
        }),
      ],
      'fail SourceNotTrusted',
    ],
    [
      'that names another reference than its certificate',
      {},
      [provenance(saying({ ref: 'refs/heads/main' }))],
      'fail ProvenanceContradictsCertificate',
    ],
    [
      'of an accepted builder',
      { builders: [`${REPOSITORY}/.github/workflows/*@refs/tags/v*`] },
      [GOOD],
      'pass ProvenanceAccepted',
    ],
    ['of another builder', { builders: [GENERATOR] }, [GOOD], 'fail BuilderNotTrusted'],
    [
      'that names an accepted builder under the certificate of another',
      { builders: [GENERATOR], level: 3 },
      [provenance(saying({}, GENERATOR))],
      'fail ProvenanceContradictsCertificate',
    ],
    [
      'of an accepted build type',
      { buildTypes: ['https://actions.github.io/**'] },
      [GOOD],
      'pass ProvenanceAccepted',
    ],
    ['of another build type', { buildTypes: ['https://tekton.dev/**'] }, [GOOD], 'fail BuildTypeNotAccepted'],
    ['that is young enough', { maxAge: 2 * YEAR }, [GOOD], 'pass ProvenanceAccepted'],
    ['that is too old', { maxAge: YEAR }, [GOOD], 'fail EvidenceTooOld'],
    [
      'of an old build that was signed again',
      { maxAge: YEAR - 30 * 86_400_000 },
      [attested(CI, V1, v1, ['2027-01-02T00:00:00Z'])],
      'fail EvidenceTooOld',
    ],
    ['without a verified time', { maxAge: YEAR }, [attested(CI, V1, v1, [])], 'unknown AgeUnknown'],
    [
      'of the future',
      { maxAge: YEAR },
      [attested(CI, V1, v1, ['2028-01-01T00:00:00Z'])],
      'unknown AgeUnknown',
    ],
    [
      'by both who must',
      { signedBy: { allOf: ['ci', 'release-key'] }, level: 1 },
      [GOOD, provenance(v1, key)],
      'pass ProvenanceAccepted',
    ],
    [
      'by one of both who must',
      { signedBy: { allOf: ['ci', 'release-key'] }, level: 1 },
      [GOOD],
      'fail ProvenanceMissing',
    ],
    [
      'by one who is too low, of both who must',
      { signedBy: { allOf: ['ci', 'release-key'] } },
      [GOOD, provenance(v1, key)],
      'fail SlsaLevelTooLow',
    ],
  ])('%s', (_name, asked, claims, expected) => {
    expect(judgeClaims(claims, asked)).toBe(expected);
  });

  it('asks for parameters in vain, which cannot be checked', () => {
    expect(judgeClaims([GOOD], { parameters: { image: 'cart' } })).toBe('unknown NotSupported');
  });
});
