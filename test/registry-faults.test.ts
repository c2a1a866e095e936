import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { audit } from '../src/audit.ts';
import { COLLECTORS } from '../src/evidence/collectors.ts';
import { EVIDENCE_LAYERS, REFERRERS } from '../src/limits.ts';
import { loadPolicy } from '../src/policy/load.ts';
import { failed } from '../src/reasons.ts';
import { loopbackClient } from '../src/registry/loopback-client.fixture.ts';
import { publicGoodRoot } from '../src/verify/public-good.ts';
import { createImageSource } from '../src/workloads/images.ts';

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const INDEX = 'application/vnd.oci.image.index.v1+json';
const sha256 = (data: string) => `sha256:${createHash('sha256').update(data).digest('hex')}`;

const config = { mediaType: 'application/vnd.oci.image.config.v1+json', digest: sha256('{}'), size: 2 };
const image = JSON.stringify({ schemaVersion: 2, mediaType: MANIFEST, config, layers: [] });
const digest = sha256(image);

type Answer = (request: IncomingMessage, response: ServerResponse) => void;
const text =
  (status: number, body: string, type = 'application/json'): Answer =>
  (_request, response) =>
    void response.writeHead(status, { 'content-type': type }).end(body);
const manifest = (body: string): Answer => text(200, body, MANIFEST);
const absent = text(404, '{"errors":[{"code":"MANIFEST_UNKNOWN"}]}');
const noReferrers = text(200, JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests: [] }), INDEX);

/** An image that nobody has signed, in a registry that answers as it should. */
const HEALTHY: Readonly<Record<string, Answer>> = {
  [`/v2/app/manifests/v1`]: manifest(image),
  [`/v2/app/manifests/${digest}`]: manifest(image),
  [`/v2/app/referrers/${digest}`]: noReferrers,
};

let server: Server | undefined;

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

async function serve(answers: Readonly<Record<string, Answer>>): Promise<string> {
  const all = { ...HEALTHY, ...answers };
  server = createServer((request, response) => {
    const path = new URL(request.url ?? '', 'http://x').pathname;
    (all[path] ?? absent)(request, response);
  });
  await new Promise<void>((resolve) => void server?.listen(0, '127.0.0.1', resolve));
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const POLICY = `
apiVersion: kubectl-supplychain/v1alpha1
kind: Policy
metadata: { name: test }
spec:
  authorities: [{ name: ci, keyless: { issuer: https://issuer.test, subject: https://github.com/acme/app } }]
  rules: [{ name: signed, signature: { anyOf: [ci] } }]
`;

async function verify(host: string, reference = `${host}/app:v1`) {
  const loaded = loadPolicy([{ path: 'policy.yaml', bytes: Buffer.from(POLICY) }], [publicGoodRoot()], () =>
    failed('FileUnreadable', ''),
  );
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.errors));
  const registry = loopbackClient(host, { requestMs: 500 });
  const now = new Date();
  const report = await audit({
    source: createImageSource([reference]),
    registry,
    collectors: COLLECTORS,
    policy: loaded.policy,
    trust: loaded.policy.trust,
    revocation: null,
    platform: null,
    concurrency: 2,
    timeout: 20_000,
    failOn: 'unknown',
    generatedAt: now,
    judgedAt: now,
    tool: 'test',
  });
  await registry.close();
  const finding = report.workloads[0]?.containers[0]?.findings[0];
  return { finding, exitCode: report.verdict.exitCode };
}

it('an image that nobody has signed is unsigned', async () => {
  const { finding, exitCode } = await verify(await serve({}));
  expect(finding).toMatchObject({ status: 'fail', reason: 'SignatureMissing' });
  expect(exitCode).toBe(1);
});

const referrer = JSON.stringify({
  schemaVersion: 2,
  mediaType: MANIFEST,
  artifactType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
  config,
  layers: [{ mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json', digest: sha256('bundle'), size: 6 }],
  subject: { mediaType: MANIFEST, digest, size: image.length },
});
const listed = (...manifests: readonly string[]) =>
  text(
    200,
    JSON.stringify({
      schemaVersion: 2,
      mediaType: INDEX,
      manifests: manifests.map((one) => ({ mediaType: MANIFEST, digest: sha256(one), size: one.length })),
    }),
    INDEX,
  );
const attached = (body: string) => ({
  [`/v2/app/referrers/${digest}`]: listed(body),
  [`/v2/app/manifests/${sha256(body)}`]: manifest(body),
});
const tag = `/v2/app/manifests/${digest.replace(':', '-')}`;
const sigWith = (layers: readonly object[]) =>
  JSON.stringify({ schemaVersion: 2, mediaType: MANIFEST, config, layers });
const payload = {
  mediaType: 'application/vnd.dev.cosign.simplesigning.v1+json',
  digest: sha256('payload'),
  size: 7,
};

/** Whatever goes wrong on the way to the evidence: the answer is "unknown" with its cause, never "unsigned" and never a pass. */
describe('what cannot be had is unknown', () => {
  it.each<[string, Readonly<Record<string, Answer>>, string]>([
    ['401 on the image', { '/v2/app/manifests/v1': text(401, '{}') }, 'CredentialsRejected'],
    [
      '403 on the image',
      { '/v2/app/manifests/v1': text(403, '{"errors":[{"code":"DENIED"}]}') },
      'AccessDenied',
    ],
    ['404 on the image', { '/v2/app/manifests/v1': absent }, 'ImageNotFound'],
    ['429 on the image', { '/v2/app/manifests/v1': text(429, '{}') }, 'RateLimited'],
    ['500 on the image', { '/v2/app/manifests/v1': text(500, 'oops', 'text/plain') }, 'RegistryError'],
    [
      'HTML in place of the image',
      { '/v2/app/manifests/v1': text(200, '<html>', 'text/html') },
      'RegistryResponseInvalid',
    ],
    ['an image that is no JSON', { '/v2/app/manifests/v1': manifest('{') }, 'RegistryResponseInvalid'],
    ['silence', { '/v2/app/manifests/v1': () => {} }, 'TimedOut'],
    ['a hang-up', { '/v2/app/manifests/v1': (request) => request.socket.destroy() }, 'RegistryUnreachable'],
    ['500 on the referrers', { [`/v2/app/referrers/${digest}`]: text(500, 'oops') }, 'RegistryError'],
    ['401 on the referrers', { [`/v2/app/referrers/${digest}`]: text(401, '{}') }, 'CredentialsRejected'],
    ['403 on the .sig tag', { [`${tag}.sig`]: text(403, '{}') }, 'AccessDenied'],
    ['503 on the .att tag', { [`${tag}.att`]: text(503, '{}') }, 'RegistryError'],
    [
      'a listed referrer that is not there',
      { [`/v2/app/referrers/${digest}`]: listed(referrer) },
      'RegistryResponseInvalid',
    ],
    [
      'a referrer with other bytes',
      { ...attached(referrer), [`/v2/app/manifests/${sha256(referrer)}`]: manifest(`${referrer} `) },
      'DigestMismatch',
    ],
    ['a bundle that is not there', attached(referrer), 'RegistryError'],
    [
      '403 on a bundle',
      { ...attached(referrer), [`/v2/app/blobs/${sha256('bundle')}`]: text(403, '{}') },
      'AccessDenied',
    ],
    [
      'a bundle with other bytes',
      { ...attached(referrer), [`/v2/app/blobs/${sha256('bundle')}`]: text(200, 'bandle') },
      'DigestMismatch',
    ],
    [
      'a signature with other bytes',
      {
        [`${tag}.sig`]: manifest(sigWith([payload])),
        [`/v2/app/blobs/${payload.digest}`]: text(200, 'paylord'),
      },
      'DigestMismatch',
    ],
    [
      'more signatures than the limit',
      { [`${tag}.sig`]: manifest(sigWith(Array.from({ length: EVIDENCE_LAYERS + 1 }, () => config))) },
      'LimitExceeded',
    ],
    [
      'more referrers than the limit',
      {
        [`/v2/app/referrers/${digest}`]: listed(...Array.from({ length: REFERRERS + 1 }, () => referrer)),
        [`/v2/app/manifests/${sha256(referrer)}`]: manifest(referrer),
      },
      'LimitExceeded',
    ],
  ])('%s', async (_what, answers, reason) => {
    const { finding, exitCode } = await verify(await serve(answers));
    expect(finding).toMatchObject({ status: 'unknown', reason });
    expect(finding?.message).not.toBe('');
    expect(exitCode).toBe(3);
  });

  it('a registry that is down', async () => {
    const host = await serve({});
    await new Promise((resolve) => server?.close(resolve));
    const { finding, exitCode } = await verify(host);
    expect(finding).toMatchObject({ status: 'unknown', reason: 'RegistryUnreachable' });
    expect(exitCode).toBe(3);
  });

  it('an image under another digest than the one that names it', async () => {
    const wrong = sha256('something else');
    const host = await serve({ [`/v2/app/manifests/${wrong}`]: manifest(image) });
    const { finding } = await verify(host, `${host}/app@${wrong}`);
    expect(finding).toMatchObject({ status: 'unknown', reason: 'DigestMismatch' });
  });
});

describe('a manifest that is listed as a referrer and refers to something else', () => {
  it.each([
    ['another image', { mediaType: MANIFEST, digest: sha256('other'), size: 5 }],
    ['nothing', undefined],
  ])('%s: is named, and is no evidence', async (_what, subject) => {
    const body = JSON.stringify({ ...(JSON.parse(referrer) as object), subject });
    const { finding } = await verify(await serve(attached(body)));
    expect(finding).toMatchObject({ status: 'fail', reason: 'SignatureForOtherImage' });
    expect(finding?.evidence).toMatchObject([
      { kind: 'unread', result: 'refused', reason: 'SignatureForOtherImage' },
    ]);
  });
});

describe('what nobody has signed', () => {
  const sbom = JSON.stringify({ bomFormat: 'CycloneDX', specVersion: '1.6', components: [] });
  const layer = { mediaType: 'application/vnd.cyclonedx+json', digest: sha256(sbom), size: sbom.length };

  it('is named as evidence, and is no signature', async () => {
    const { finding } = await verify(
      await serve({
        [`${tag}.sbom`]: manifest(sigWith([layer])),
        [`/v2/app/blobs/${layer.digest}`]: text(200, sbom),
      }),
    );
    expect(finding).toMatchObject({ status: 'fail', reason: 'SignatureMissing' });
    expect(finding?.evidence).toMatchObject([{ kind: 'attestation', reason: 'EvidenceUnsigned' }]);
  });

  it('is found in an index as BuildKit puts it there, under the child that it is about', async () => {
    const statement = JSON.stringify({ _type: 'https://in-toto.io/Statement/v0.1' });
    const attestation = sigWith([
      { mediaType: 'application/vnd.in-toto+json', digest: sha256(statement), size: statement.length },
      // A signature that lies here was made for something else: it is not even looked at.
      { mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json', digest: sha256('bundle'), size: 6 },
    ]);
    const described = (body: string) => ({ mediaType: MANIFEST, digest: sha256(body), size: body.length });
    const index = JSON.stringify({
      schemaVersion: 2,
      mediaType: INDEX,
      manifests: [
        { ...described(image), platform: { os: 'linux', architecture: 'amd64' } },
        {
          ...described(attestation),
          platform: { os: 'unknown', architecture: 'unknown' },
          annotations: {
            'vnd.docker.reference.type': 'attestation-manifest',
            'vnd.docker.reference.digest': digest,
          },
        },
      ],
    });
    const { finding } = await verify(
      await serve({
        '/v2/app/manifests/v1': text(200, index, INDEX),
        [`/v2/app/manifests/${sha256(attestation)}`]: manifest(attestation),
        [`/v2/app/blobs/${sha256(statement)}`]: text(200, statement),
        [`/v2/app/blobs/${sha256('bundle')}`]: text(200, 'bundle'),
        [`/v2/app/referrers/${sha256(index)}`]: noReferrers,
      }),
    );
    expect(finding).toMatchObject({ status: 'fail', reason: 'SignatureMissing' });
    expect(finding?.evidence).toMatchObject([{ subject: digest, reason: 'EvidenceUnsigned' }]);
  });
});
