import type { Evidence } from '../evidence/collector.ts';
import { failed, ok, type Reason } from '../reasons.ts';
import { parseReference } from '../registry/reference.ts';
import type { Claim, Signer, Verdict } from '../verify/verifier.ts';
import type { Container, Workload } from '../workloads/source.ts';
import type { Definitions } from './check.ts';
import type { Authority } from './policy.ts';
import type { JudgedImage, JudgedManifest } from './subject.ts';

/** Values as verification hands them over, for the tests of what judges them. */

/** When the tests judge: a year and a day after everything was signed. */
export const NOW = new Date('2027-01-03T03:04:05Z');
export const ISSUER = 'https://token.actions.example.com';
export const RELEASE = 'https://github.com/acme/shop/.github/workflows/release.yml@refs/tags/v1';
export const NIGHTLY = 'https://github.com/acme/shop/.github/workflows/nightly.yml@refs/heads/main';

export function workflow(
  subject: string,
  more: Partial<Extract<Signer, { kind: 'certificate' }>> = {},
): Signer {
  return {
    kind: 'certificate',
    trustRoot: 'acme',
    issuer: ISSUER,
    subject: { kind: 'uri', value: subject },
    extensions: {},
    ...more,
  };
}

export function keyOf(authority: string): Signer {
  return { kind: 'key', authority, fingerprint: 'f'.repeat(64) };
}

export function signature(signer: Signer): Claim {
  return {
    content: { kind: 'signature', annotations: {}, dockerReference: null },
    signer,
    times: [{ value: new Date('2026-01-02T03:04:05Z'), source: 'log' }],
    logIndex: '7',
    trustRoot: signer.kind === 'certificate' ? signer.trustRoot : null,
    passedOver: [],
  };
}

export function attestation(signer: Signer, predicateType = 'https://slsa.dev/provenance/v1'): Claim {
  const statement = {
    _type: 'https://in-toto.io/Statement/v1' as const,
    subject: [{ digest: {} }],
    predicateType,
    predicate: {},
    json: null,
  };
  return { ...signature(signer), content: { kind: 'attestation', predicateType, statement } };
}

function piece(location: string): Evidence {
  return {
    format: 'sigstore-bundle',
    digest: `sha256:${'e'.repeat(64)}`,
    subject: `sha256:${'0'.repeat(64)}`,
    location,
    bytes: new Uint8Array(),
    annotations: {},
  };
}

export function verified(...claims: readonly [Claim, ...Claim[]]): Verdict {
  return { result: 'verified', evidence: piece('registry/app@verified'), claims };
}

export function refused(reason: Reason): Verdict {
  const refusal = { reason, message: `refused for ${reason}` };
  return { result: 'refused', evidence: piece(`registry/app@${reason}`), refusal };
}

/** The verdict on a piece of evidence as it was verified for this digest. */
export function about(digest: string, verdict: Verdict): Verdict {
  return { ...verdict, evidence: { ...verdict.evidence, subject: digest } };
}

export function manifest(letter: string, ...verdicts: readonly Verdict[]): JudgedManifest {
  const digest = `sha256:${letter.repeat(64)}`;
  return { digest, platform: null, verdicts: verdicts.map((verdict) => about(digest, verdict)), faults: [] };
}

export function child(architecture: string, ...verdicts: readonly Verdict[]): JudgedManifest {
  return { ...manifest(architecture.slice(0, 1), ...verdicts), platform: { os: 'linux', architecture } };
}

export function unreadable(where: JudgedManifest, reason: Reason = 'RegistryUnreachable'): JudgedManifest {
  const fault = { reason, message: 'no answer', subject: where.digest, location: 'registry/app@unread' };
  return { ...where, faults: [fault] };
}

export function image(
  root: JudgedManifest = manifest('a'),
  children: readonly JudgedManifest[] = [],
): JudgedImage {
  return referenced('registry.example.com/shop/app:v1', root, children);
}

export function referenced(
  text: string,
  root: JudgedManifest = manifest('a'),
  children: readonly JudgedManifest[] = [],
): JudgedImage {
  const reference = parseReference(text);
  if (!reference.ok) throw new Error(reference.message);
  return {
    text,
    reference: reference.value,
    resolution: ok({ digest: root.digest, root, children, runnable: children.map(({ digest }) => digest) }),
  };
}

export function unresolved(reason: Reason = 'RegistryUnreachable'): JudgedImage {
  return { ...image(), resolution: failed(reason, 'nobody answers', 'try again') };
}

export function container(
  text = 'registry.example.com/shop/app:v1',
  more: Partial<Container> = {},
): Container {
  return {
    name: 'app',
    type: 'container',
    image: text,
    field: 'spec.containers[0].image',
    location: null,
    ...more,
  };
}

export function workload(more: Partial<Workload> = {}): Workload {
  return {
    cluster: null,
    namespace: 'shop',
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    name: 'app',
    uid: null,
    labels: {},
    templateLabels: { tier: 'prod' },
    replicas: { desired: 1, running: null },
    state: 'manifestOnly',
    location: null,
    containers: [container()],
    ...more,
  };
}

/** As `verify` has it: nothing says where the image runs. */
export const BARE = workload({ namespace: null, apiVersion: '', kind: 'Image', templateLabels: null });

/** What a policy defines, as its checks get it. */
export function definitions(...authorities: readonly Authority[]): Definitions {
  return { authorities: new Map(authorities.map((one) => [one.name, one])), builders: [] };
}
