import { describe, expect, it } from 'vitest';
import { forge } from '../../test/forge/forge.ts';
import { DIGEST, SLSA, statement } from '../../test/forge/payloads.ts';
import { GENERATOR, key, REPOSITORY, v1, workflow } from '../attestations/slsa/provenance.fixture.ts';
import type { Evidence } from '../evidence/collector.ts';
import { attached, attested, platform } from '../policy/checks/attested.fixture.ts';
import {
  CI,
  GOOD,
  NO_SOURCE,
  OWN,
  provenance,
  saying,
  V1,
} from '../policy/checks/provenance-claims.fixture.ts';
import { manifest, refused, signature, unreadable, verified } from '../policy/judged-image.fixture.ts';
import type { JudgedManifest } from '../policy/subject.ts';
import { verifyEvidence } from '../verify/verify-evidence.ts';
import { buildQuery } from './build-query.ts';
import { ask, attachedTo } from './subject.fixture.ts';
import { ANYWHERE } from '../verify/circumstances.fixture.ts';

const BUILDER = 'https://github.com/acme/cart/.github/workflows/release.yml@**';
const OTHER = 'https://ci.example/other';

describe('--builder and --source-repository', () => {
  it.each<[string, string[], string[], JudgedManifest, string]>([
    ['the certified builder', [BUILDER], [], attached('a', GOOD), 'hit builder (manifest)'],
    ['another builder', [OTHER], [], attached('a', GOOD), 'no'],
    ['the certified source', [], [REPOSITORY], attached('a', GOOD), 'hit sourceRepository (manifest)'],
    [
      'a source however it is written',
      [],
      ['git+https://github.com/acme/cart.git@refs/heads/*'],
      attached('a', GOOD),
      'hit sourceRepository (manifest)',
    ],
    ['another source', [], ['https://github.com/acme/shop'], attached('a', GOOD), 'no'],
    [
      'builder and source of one build',
      [BUILDER],
      ['https://github.com/acme/*'],
      attached('a', GOOD),
      'hit builder (manifest), sourceRepository (manifest)',
    ],
    ['the builder, of another source', [BUILDER], ['https://x.example/y'], attached('a', GOOD), 'no'],
    [
      'builder and source of two builds',
      [GENERATOR],
      [REPOSITORY],
      attached(
        'a',
        GOOD,
        provenance(
          saying({ repository: 'https://github.com/evil/x' }, GENERATOR),
          workflow(GENERATOR, { sourceRepository: 'https://github.com/evil/x' }),
        ),
      ),
      'no',
    ],
    [
      'the certificate of a signature',
      [BUILDER],
      [],
      manifest('a', verified(signature(CI))),
      'hit builder (manifest)',
    ],
    [
      'another certificate of a signature, which is no provenance',
      [OTHER],
      [],
      manifest('a', verified(signature(CI))),
      'undetermined NoProvenance',
    ],
    ['what a key says', [OWN], [], attached('a', provenance(saying({}, OWN), key)), 'hit builder (manifest)'],
    [
      'what contradicts its certificate',
      [OTHER],
      [],
      attached('a', provenance(saying({}, OTHER))),
      'undetermined ProvenanceContradictory',
    ],
    [
      'what contradicts its certificate in something else',
      ['https://third.example/'],
      [],
      attached('a', provenance(saying({}, OTHER))),
      'undetermined NoProvenance',
    ],
    [
      'a source where none is named',
      [],
      ['https://github.com/acme/shop'],
      attached(
        'a',
        provenance(
          {
            ...v1,
            buildDefinition: { ...v1.buildDefinition, externalParameters: {}, resolvedDependencies: [] },
          },
          NO_SOURCE,
        ),
      ),
      'undetermined NoProvenance',
    ],
    [
      'provenance that cannot be read',
      [BUILDER],
      [],
      attached('a', attested(key, V1, { buildDefinition: 7 })),
      'undetermined ProvenanceUnreadable',
    ],
    ['nothing', [BUILDER], [], manifest('a'), 'undetermined NoProvenance'],
    ['what could not be read', [BUILDER], [], unreadable(manifest('a')), 'undetermined Unreachable'],
    [
      'what cannot be read at all',
      [BUILDER],
      [],
      manifest('a', refused('SignatureMalformed')),
      'undetermined EvidenceUnverified',
    ],
  ])('%s', (_, builders, sources, root, answer) => {
    expect(ask(buildQuery(builders, sources), attachedTo(root))).toBe(answer);
  });

  it('wants to know of every child, by itself or by its index', () => {
    const query = buildQuery([OTHER], []);
    expect(ask(query, attachedTo(attached('a', GOOD), [platform('b'), platform('c')]))).toBe('no');
    expect(ask(query, attachedTo(manifest('a'), [platform('b', GOOD), platform('c', GOOD)]))).toBe('no');
    expect(ask(query, attachedTo(manifest('a'), [platform('b', GOOD), platform('c')]))).toBe(
      'undetermined NoProvenance',
    );
    expect(
      ask(buildQuery([BUILDER], []), attachedTo(manifest('a'), [platform('b'), platform('c', GOOD)])),
    ).toBe('hit builder (child linux/arch-c)');
  });
});

const SIGSTORE = forge();
const PREDICATE = saying({}, OTHER);

function unverified(evidence: Evidence) {
  const verdict = verifyEvidence(evidence, { roots: [], keys: [] }, ANYWHERE);
  if (verdict.result === 'verified') throw new Error('it verifies');
  return attachedTo({ digest: DIGEST, platform: null, faults: [], verdicts: [verdict] });
}

const UNSIGNED: Evidence = {
  ...SIGSTORE.bundle(),
  format: 'statement',
  bytes: Buffer.from(statement({ predicateType: SLSA, predicate: PREDICATE })),
};
const OF_A_STRANGER = SIGSTORE.bundle({ certificate: null, predicateType: SLSA, predicate: PREDICATE });

describe('provenance that does not verify', () => {
  it.each<[string, Evidence, string, string]>([
    ['of a stranger who names the builder', OF_A_STRANGER, OTHER, 'undetermined EvidenceUnverified'],
    [
      'in the legacy layout',
      SIGSTORE.attestationLayer({ certificate: null, predicateType: SLSA, predicate: PREDICATE }),
      OTHER,
      'undetermined EvidenceUnverified',
    ],
    ['of nobody who names the builder', UNSIGNED, OTHER, 'undetermined EvidenceUnverified'],
    // It may be another's lie: it settles nothing.
    ['that names another builder', OF_A_STRANGER, BUILDER, 'undetermined NoProvenance'],
    ['of nobody that names another builder', UNSIGNED, BUILDER, 'undetermined NoProvenance'],
    [
      'whose certificate names the builder',
      SIGSTORE.bundle(),
      'https://github.com/acme/app/.github/workflows/*@**',
      'undetermined EvidenceUnverified',
    ],
  ])('%s', (_, evidence, builder, answer) => {
    expect(ask(buildQuery([builder], []), unverified(evidence))).toBe(answer);
  });

  it('is no hit, whoever it names', () => {
    for (const evidence of [OF_A_STRANGER, UNSIGNED])
      expect(ask(buildQuery(['**'], []), unverified(evidence))).not.toMatch(/^hit/);
  });
});
