import { describe, expect, it } from 'vitest';
import { IMAGE, JUDGED, notationSignature, notationTrust, REPOSITORY } from '../test/forge/notation.ts';
import type { GatheredImage } from './evidence/gather.ts';
import { failed, ok } from './reasons.ts';
import { parseReference } from './registry/reference.ts';
import { verifyImages } from './verified-images.ts';

const WRITTEN = 'registry.example.com/other/cart';

function named(repository: string) {
  const parsed = parseReference(`${repository}@${IMAGE.digest}`);
  if (!parsed.ok) throw new Error(parsed.message);
  return parsed.value;
}

/** What is said of a signed image that was found in `REPOSITORY`, where Notation trusts it, and has other names as well. */
function said(written: string, also: string | null): string {
  const manifest = {
    ...IMAGE,
    bytes: Buffer.alloc(0),
    content: { kind: 'manifest' as const, config: IMAGE, layers: [], annotations: {} },
  };
  const gathered: GatheredImage = {
    resolved: { reference: named(REPOSITORY), digest: IMAGE.digest, manifest, children: [], runnable: [] },
    root: { digest: IMAGE.digest, platform: null, evidence: [notationSignature()], faults: [] },
    children: [],
  };
  const reference = { ...named(written), also: also === null ? undefined : named(also) };
  const trust = { roots: [], keys: [], notation: [notationTrust()] };
  const asking = { judgedAt: JUDGED.judgedAt, ask: () => failed('RevocationUnknown', 'nobody is asked') };
  const references = { valid: [reference], invalid: new Map() };
  const image = verifyImages(references, new Map([[reference.text, ok(gathered)]]), trust, asking).get(
    reference.text,
  );
  if (!image || 'invalid' in image || !image.resolution.ok) throw new Error('nothing was judged');
  const [verdict] = image.resolution.value.root.verdicts;
  return verdict?.result === 'refused' ? verdict.refusal.reason : (verdict?.result ?? 'nothing');
}

describe('an image with names in two repositories', () => {
  it.each<[string, string, string | null, string]>([
    ['that is found where it is written', REPOSITORY, null, 'verified'],
    ['that is found elsewhere than it is written', WRITTEN, REPOSITORY, 'NoTrustPolicyForRepository'],
    ['that a node has from elsewhere', REPOSITORY, WRITTEN, 'NoTrustPolicyForRepository'],
  ])('%s is trusted by all of them', (_name, written, also, expected) => {
    expect(said(written, also)).toBe(expected);
  });
});
