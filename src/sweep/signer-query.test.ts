import { describe, expect, it } from 'vitest';
import { forge } from '../../test/forge/forge.ts';
import { DIGEST, OTHER_DIGEST } from '../../test/forge/payloads.ts';
import {
  about,
  attestation,
  child,
  ISSUER,
  keyOf,
  manifest,
  NIGHTLY,
  refused,
  RELEASE,
  signature,
  unreadable,
  verified,
  workflow,
} from '../policy/judged-image.fixture.ts';
import type { JudgedManifest } from '../policy/subject.ts';
import type { Evidence } from '../evidence/collector.ts';
import type { TrustMaterial } from '../verify/verifier.ts';
import { verifyEvidence } from '../verify/verify-evidence.ts';
import { signerQuery } from './signer-query.ts';
import { ask, attachedTo, swept, unreachable } from './subject.fixture.ts';
import { ANYWHERE } from '../verify/circumstances.fixture.ts';

const signed = (by: string) => verified(signature(workflow(by)));
const SIGNER = 'https://github.com/acme/app/**';

describe('--signer and --issuer', () => {
  it.each<[string, string[], string[], JudgedManifest, string]>([
    ['a subject', [RELEASE], [], manifest('a', signed(RELEASE)), 'hit signer (manifest)'],
    [
      'a pattern',
      ['https://github.com/acme/**'],
      [],
      manifest('a', signed(RELEASE)),
      'hit signer (manifest)',
    ],
    ['a star that meets a slash', ['https://*'], [], manifest('a', signed(RELEASE)), 'no'],
    ['another subject', [RELEASE], [], manifest('a', signed(NIGHTLY)), 'no'],
    ['one of several', [NIGHTLY, RELEASE], [], manifest('a', signed(RELEASE)), 'hit signer (manifest)'],
    ['an issuer', [], [ISSUER], manifest('a', signed(RELEASE)), 'hit issuer (manifest)'],
    [
      'subject and issuer of one signer',
      [RELEASE],
      [ISSUER],
      manifest('a', signed(RELEASE)),
      'hit signer (manifest), issuer (manifest)',
    ],
    [
      'subject and issuer of two signers',
      [RELEASE],
      [ISSUER],
      manifest(
        'a',
        verified(signature(workflow(RELEASE, { issuer: 'https://elsewhere.example' }))),
        signed(NIGHTLY),
      ),
      'no',
    ],
    [
      'who has attested',
      [RELEASE],
      [],
      manifest('a', verified(attestation(workflow(RELEASE)))),
      'hit signer (manifest)',
    ],
    [
      'a key by the name of its authority',
      ['release-key'],
      [],
      manifest('a', verified(signature(keyOf('release-key')))),
      'hit signer (manifest)',
    ],
    [
      'a key by its fingerprint',
      [`key sha256:${'f'.repeat(64)}`],
      [],
      manifest('a', verified(signature(keyOf('release-key')))),
      'hit signer (manifest)',
    ],
    ['a key, which has no issuer', [], ['**'], manifest('a', verified(signature(keyOf('k')))), 'no'],
    ['nothing', ['**'], [], manifest('a'), 'no'],
    ['what could not be read', [RELEASE], [], unreadable(manifest('a')), 'undetermined Unreachable'],
    [
      'a hit beside what could not be read',
      [RELEASE],
      [],
      unreadable(manifest('a', signed(RELEASE))),
      'hit signer (manifest)',
    ],
    [
      'a signature whose signer cannot be read',
      [RELEASE],
      [],
      manifest('a', refused('SignatureMalformed')),
      'undetermined EvidenceUnverified',
    ],
    [
      'a claim about another manifest',
      [RELEASE],
      [],
      { ...manifest('a'), verdicts: [about(`sha256:${'b'.repeat(64)}`, signed(RELEASE))] },
      'no',
    ],
  ])('%s', (_, signers, issuers, root, answer) => {
    expect(ask(signerQuery(signers, issuers), attachedTo(root))).toBe(answer);
  });

  it('looks at the index and at every child', () => {
    const query = signerQuery([RELEASE], []);
    const arm = child('arm64', signed(RELEASE));
    expect(ask(query, attachedTo(manifest('e'), [child('b-amd64'), arm]))).toBe(
      'hit signer (child linux/arm64)',
    );
    expect(ask(query, attachedTo(manifest('e', signed(RELEASE)), [child('b-amd64')]))).toBe(
      'hit signer (index)',
    );
    expect(ask(query, attachedTo(manifest('e'), [child('b-amd64'), unreadable(child('c'))]))).toBe(
      'undetermined Unreachable',
    );
  });

  it('finds the signer of the index around a child that runs by itself', () => {
    const running = attachedTo(manifest('a'));
    const query = signerQuery([RELEASE], []);
    const around = (runs: JudgedManifest) => attachedTo(manifest('e', signed(RELEASE)), [runs]);
    expect(ask(query, running, { named: around(manifest('a')) })).toBe('hit signer (index)');
    // The tag leads elsewhere by now: what is signed there does not run here.
    expect(ask(query, running, { named: around(manifest('b')) })).toBe('no');
  });

  it('does not know of a child that runs by itself, where the reference could not be followed', () => {
    const query = signerQuery([RELEASE], []);
    const running = attachedTo(manifest('a'));
    expect(ask(query, running, { named: unreachable() })).toBe('undetermined Unreachable');
    expect(ask(query, running, { named: unreachable('ImageNotFound') })).toBe('no');
    const signedItself = attachedTo(manifest('a', signed(RELEASE)));
    expect(ask(query, signedItself, { named: unreachable() })).toBe('hit signer (manifest)');
    // An index that runs has no other around it.
    const index = attachedTo(manifest('e'), [child('arm64')]);
    expect(ask(query, index, { named: unreachable() })).toBe('no');
  });

  it('waits for evidence', () => {
    expect(ask(signerQuery([RELEASE], []), swept())).toBe('undetermined');
    expect(ask(signerQuery([RELEASE], []), unreachable('NotInEvidence'))).toBe('undetermined NotIndexed');
  });
});

const SIGSTORE = forge();
const NOBODY: TrustMaterial = { roots: [], keys: [] };

/** An image with one piece of evidence that does not verify. */
function unverified(evidence: Evidence, trust = NOBODY) {
  const verdict = verifyEvidence(evidence, trust, ANYWHERE);
  if (verdict.result === 'verified') throw new Error('it verifies');
  return attachedTo({ digest: DIGEST, platform: null, faults: [], verdicts: [verdict] });
}

describe('evidence that does not verify', () => {
  it.each<[string, Evidence, string[], string[], string]>([
    ['by who is asked for', SIGSTORE.bundle(), [SIGNER], [], 'undetermined EvidenceUnverified'],
    ['in the legacy layout', SIGSTORE.signatureLayer(), [SIGNER], [], 'undetermined EvidenceUnverified'],
    ['by somebody else', SIGSTORE.bundle(), ['https://github.com/shop/**'], [], 'no'],
    ['by who is asked for, of another issuer', SIGSTORE.bundle(), [SIGNER], ['https://x.example'], 'no'],
    ['by a key, where a workflow is asked for', SIGSTORE.bundle({ certificate: null }), [SIGNER], [], 'no'],
    [
      'by a key, where a key may be asked for',
      SIGSTORE.bundle({ certificate: null }),
      ['release-key'],
      [],
      'undetermined EvidenceUnverified',
    ],
    ['by a key, where an issuer is asked for', SIGSTORE.bundle({ certificate: null }), ['**'], ['**'], 'no'],
  ])('%s', (_, evidence, signers, issuers, answer) => {
    expect(ask(signerQuery(signers, issuers), unverified(evidence))).toBe(answer);
  });

  it('says nothing of this image where it was signed for another', () => {
    const other = SIGSTORE.bundle({ signedFor: OTHER_DIGEST });
    expect(ask(signerQuery([SIGNER], []), unverified(other, SIGSTORE.trust()))).toBe('no');
  });

  it('may be by anybody in a format that is not read here', () => {
    const notation: Evidence = { ...SIGSTORE.bundle(), format: 'notation' };
    expect(ask(signerQuery(['CN=acme'], []), unverified(notation))).toBe('undetermined EvidenceUnverified');
    expect(ask(signerQuery([SIGNER], []), unverified(notation))).toBe('no');
  });

  it('has no signer where nobody signs it', () => {
    const sbom: Evidence = { ...SIGSTORE.bundle(), format: 'sbom' };
    expect(ask(signerQuery(['**'], []), unverified(sbom))).toBe('no');
  });
});
