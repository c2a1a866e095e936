import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { serveAnswers } from '../src/evidence/github-server.fixture.ts';
import type { Certificate } from '../test/forge/certificate.ts';
import { IMAGE, REPOSITORY } from '../test/forge/notation.ts';
import { crl, distributionPoint } from '../test/forge/revocation.ts';
import { chain, good, type NotationCase, PAST } from '../test/notation/case.ts';
import { type OnDisk, writeCase } from '../test/notation/disk.ts';
import { serveLayout } from '../test/served-layout.ts';
import { directory, pod, type Ran, run } from './fake-io.fixture.ts';

const NOW = () => new Date('2026-06-01T00:00:00Z');
const REFERENCE = `${REPOSITORY}@${IMAGE.digest}`;

function verify({ config, layout }: OnDisk, ...more: readonly string[]): Promise<Ran> {
  const args = ['verify', REFERENCE, '--notation-config', config, '--evidence', layout, ...more];
  return run(args, { clock: NOW });
}

const made = (more: Partial<NotationCase> = {}) => writeCase({ ...good('case', {}), ...more });

const reportSchema = z.object({
  workloads: z.array(
    z.object({
      containers: z.array(
        z.object({
          findings: z.array(
            z.object({
              status: z.string(),
              reason: z.string(),
              message: z.string(),
              authority: z.string().nullable(),
              evidence: z.array(z.looseObject({ result: z.string() })),
            }),
          ),
        }),
      ),
    }),
  ),
});

function findingsOf({ stdout }: Ran) {
  const { workloads } = reportSchema.parse(JSON.parse(stdout));
  return workloads.flatMap(({ containers }) => containers.flatMap(({ findings }) => findings));
}

describe('verify --notation-config', () => {
  it('judges by the trust policy alone, and says who signed', async () => {
    const ran = await verify(made(), '-o', 'json');
    expect(ran.exitCode).toBe(0);
    expect(findingsOf(ran)).toMatchObject([
      {
        status: 'pass',
        reason: 'SignatureVerified',
        authority: 'notation',
        evidence: [
          {
            result: 'verified',
            signer: { subject: 'CN=signer,O=acme.io,L=Seattle,ST=WA,C=US' },
            notation: {
              scheme: 'notary.x509',
              signingTime: '2026-03-01T12:00:00.000Z',
              statement: 'shop',
              level: 'strict',
              logged: [],
            },
          },
        ],
      },
    ]);
  });

  it('warns beside the pass of what the level only logs', async () => {
    const ran = await verify(
      made({ signature: { expiry: PAST }, trust: { level: 'permissive' } }),
      '-o',
      'json',
    );
    expect(ran.exitCode).toBe(0);
    expect(findingsOf(ran).map(({ status, reason }) => [status, reason])).toEqual([
      ['pass', 'SignatureVerified'],
      ['warn', 'SignatureExpired'],
    ]);
  });

  it('names every signature that was refused', async () => {
    const signature = [{ text: () => '{}' }, { signWith: () => Buffer.alloc(64, 1) }];
    const [finding] = findingsOf(await verify(made({ signature }), '-o', 'json'));
    expect(finding?.evidence.map(({ reason }) => reason)).toEqual(
      expect.arrayContaining(['SignatureMalformed', 'SignatureInvalid']),
    );
  });

  it.each<[string, Partial<NotationCase>, string]>([
    ['nothing signs', { signature: [] }, 'notation sign NAME@DIGEST'],
    [
      'a stranger signs',
      { trust: { identities: ['x509.subject: C=US, ST=WA, O=x'] } },
      'to trustedIdentities',
    ],
    ['no statement is for', { trust: { scopes: ['registry.example.com/other'] } }, 'to the registryScopes'],
    ['is skipped', { trust: { level: 'skip' } }, 'another level than skip'],
    ['has no trust store', { trust: { stores: { 'ca:acme': [] } } }, 'notation cert add'],
    ['has expired', { signature: { expiry: PAST } }, 'notation sign --expiry'],
    [
      'asks for a plugin',
      { signature: { protected: (header) => header.set('io.cncf.notary.verificationPlugin', 'x') } },
      'notation and the plugin',
    ],
  ])('says in terms of Notation what to do about an image that %s', async (_name, more, next) => {
    const { stdout, exitCode } = await verify(made(more));
    expect({ exitCode, next: /next: .+/.exec(stdout)?.[0] }).toEqual({
      exitCode: 1,
      next: expect.stringContaining(next) as unknown,
    });
  });

  it('asks nobody with --evidence, and does not know what was revoked', async () => {
    const revocable = chain({ leaf: { extensions: [distributionPoint('http://127.0.0.1:1/list')] } });
    const ran = await verify(made({ signature: { chain: revocable } }));
    expect(ran).toMatchObject({ exitCode: 3 });
    expect(ran.stdout).toContain('RevocationUnknown');
    expect(ran.stdout).toContain('nobody is asked with --offline and --evidence');
  });

  it.each([
    ['verify', '--policy'],
    ['evidence save', '--policy'],
    ['verify', '--notation-config'],
    ['evidence save', '--notation-config'],
  ])('asks nobody of what was saved with `%s %s`', async (command, flag) => {
    const server = await serveAnswers();
    const certificates = chain({ leaf: { extensions: [distributionPoint(`${server.url}/list`)] } });
    const issuer = certificates[1];
    if (!issuer) throw new Error('no issuer');
    const held = { thisUpdate: new Date('2026-05-31'), nextUpdate: new Date('2026-06-02') };
    server.answer('/list', 200, crl(issuer, held));
    const { config, layout } = made({ signature: { chain: certificates }, trust: { scopes: ['*'] } });
    const registry = await serveLayout(layout, 'registry.example.com', new Map());
    const image = `${registry.host}/shop/cart@${IMAGE.digest}`;
    const notation = `{ trustPolicy: ${config}/trustpolicy.json, trustStore: ${config}/truststore }`;
    const cwd = directory({ 'policy.yaml': policyOf(notation) });
    const at = { clock: NOW, cwd, env: { XDG_CACHE_HOME: directory() } };
    const by = [flag, flag === '--policy' ? 'policy.yaml' : config];
    const judged = ['verify', image, ...by, '-o', 'json'];
    const from = ['--plain-http', registry.host, '--allow-redirect', server.host];
    const saving = command === 'verify' ? ['--save-evidence', 'saved'] : [];
    const live = await run([...judged, ...from, ...saving], at);
    const saved =
      command === 'verify' ? live : await run(['evidence', 'save', 'saved', image, ...by, ...from], at);
    expect(saved).toMatchObject({ exitCode: 0 });
    await Promise.all([server.close(), registry.close()]);
    expect(findingsOf(live)).toMatchObject([{ reason: 'SignatureVerified' }]);
    const replayed = await run([...judged, '--evidence', 'saved'], at);
    expect(findingsOf(replayed)).toEqual(findingsOf(live));
    const later = await run([...judged, '--evidence', 'saved', '--at', '2026-06-03'], at);
    expect(findingsOf(later)).toMatchObject([{ reason: 'RevocationUnknown' }]);
  });

  it.each<[string, Partial<NotationCase>, string]>([
    ['is skipped', { trust: { level: 'skip' } }, 'NotationSkipped'],
    ['no statement is for', { trust: { scopes: ['r.example.com/other'] } }, 'NoTrustPolicyForRepository'],
  ])('says so of a repository that %s, signed or not', async (_name, more, reason) => {
    for (const signature of [{}, []]) {
      const ran = await verify(made({ ...more, signature }));
      expect({ exitCode: ran.exitCode, named: ran.stdout.includes(reason) }).toEqual({
        exitCode: 1,
        named: true,
      });
    }
  });

  it.each<[string, string, string]>([
    ['of no version', '{"trustPolicies":[]}', 'version: '],
    [
      'of a wrong scope',
      '{"version":"1.0","trustPolicies":[{"name":"shop",\n"registryScopes":["cart"],"signatureVerification":{"level":"strict"},"trustStores":["ca:a"],"trustedIdentities":["*"]}]}',
      '/trustpolicy.json:2: trustPolicies[0] (statement "shop"): registryScopes[0]: ',
    ],
  ])('names file, statement and field of a trust policy %s', async (_name, text, where) => {
    const disk = made();
    writeFileSync(join(disk.config, 'trustpolicy.json'), text);
    const ran = await verify(disk);
    expect(ran.exitCode).toBe(2);
    expect(ran.stderr).toContain(where);
  });

  it('takes trustpolicy.oci.json before trustpolicy.json', async () => {
    const disk = made();
    writeFileSync(join(disk.config, 'trustpolicy.oci.json'), '{}');
    expect((await verify(disk)).stderr).toContain('trustpolicy.oci.json:1: version');
  });

  it('stands in place of a policy, and needs a directory that is one', async () => {
    const disk = made();
    expect((await verify(disk, '--policy', 'policy.yaml')).stderr).toContain('name one of them');
    const ran = await verify({ ...disk, config: directory() });
    expect(ran).toMatchObject({ exitCode: 2 });
    expect(ran.stderr).toContain('has no trustpolicy.oci.json or trustpolicy.json');
  });
});

const policyOf = (notation: string) => `apiVersion: kubectl-supplychain/v1alpha1
kind: Policy
metadata: { name: test }
spec:
  authorities: [{ name: pki, notation: ${notation} }]
  rules: [{ name: signed, match: { images: ["**"] }, signature: { anyOf: [pki] } }]
`;

describe('a sweep for who signed', () => {
  const sweepSchema = z.object({
    hits: z.array(z.unknown()),
    undetermined: z.array(z.object({ message: z.string() })),
    metadata: z.object({ hosts: z.array(z.string()) }),
  });

  async function swept(list: (issuer: Certificate, leaf: Certificate) => Buffer) {
    const server = await serveAnswers();
    const certificates = chain({ leaf: { extensions: [distributionPoint(`${server.url}/list`)] } });
    const [leaf, issuer] = certificates as [Certificate, Certificate];
    server.answer('/list', 200, list(issuer, leaf));
    const { config, layout } = made({ signature: { chain: certificates }, trust: { scopes: ['*'] } });
    const registry = await serveLayout(layout, 'registry.example.com', new Map());
    const notation = `{ trustPolicy: ${config}/trustpolicy.json, trustStore: ${config}/truststore }`;
    const image = `${registry.host}/shop/cart@${IMAGE.digest}`;
    const cwd = directory({ 'policy.yaml': policyOf(notation), 'pod.yaml': pod(image) });
    const at = { clock: NOW, cwd, env: { XDG_CACHE_HOME: directory() } };
    const from = ['--plain-http', registry.host, '--allow-redirect', server.host, '--policy', 'policy.yaml'];
    const sweep = async (...flags: readonly string[]) => {
      const before = server.requests.length;
      const { stdout } = await run(['sweep', '--signer', '*CN=signer*', '-o', 'json', ...flags], at);
      const { hits, undetermined, metadata } = sweepSchema.parse(JSON.parse(stdout));
      const why = undetermined.map(({ message }) => message).join('; ');
      const hosts = metadata.hosts.includes(server.host);
      return { hits: hits.length, why, asked: server.requests.length - before, hosts };
    };
    const live = await sweep('-f', join(cwd, 'pod.yaml'), ...from);
    const offline = await sweep('-f', join(cwd, 'pod.yaml'), ...from, '--offline', '--cache-dir', 'none');
    await run(['evidence', 'save', 'saved', '-f', join(cwd, 'pod.yaml'), ...from], at);
    const saved = await sweep('--evidence', 'saved', '--policy', 'policy.yaml');
    await Promise.all([server.close(), registry.close()]);
    return { live, offline, saved };
  }

  const held = { thisUpdate: new Date('2026-05-31'), nextUpdate: new Date('2026-06-02') };

  it('asks whether the signer was revoked, and takes what was saved', async () => {
    const { live, offline, saved } = await swept((issuer) => crl(issuer, held));
    expect(live).toEqual({ hits: 1, why: '', asked: 1, hosts: true });
    expect(saved).toEqual({ hits: 1, why: '', asked: 0, hosts: false });
    expect(offline).toMatchObject({ hits: 0, asked: 0, hosts: false });
    expect(offline.why).toContain('nobody is asked with --offline');
  });

  it('has not found one who was', async () => {
    const { live, saved } = await swept((issuer, certificate) =>
      crl(issuer, { ...held, revoked: [{ certificate }] }),
    );
    for (const one of [live, saved]) {
      expect(one.hits).toBe(0);
      expect(one.why).toContain('is revoked');
    }
  });
});

describe('a notation authority of a policy', () => {
  it.each<[string, (disk: OnDisk) => string, number, string]>([
    [
      'of a trust policy and stores',
      ({ config }) => `{ trustPolicy: ${config}/trustpolicy.json, trustStore: ${config}/truststore }`,
      0,
      'pass',
    ],
    [
      'of certificates and identities',
      ({ config }) =>
        `{ trustedCertificates: [${config}/truststore/x509/ca/acme/0.pem], identities: ["x509.subject: C=US, ST=WA, O=acme.io"] }`,
      0,
      'pass',
    ],
    [
      'of other identities',
      ({ config }) =>
        `{ trustedCertificates: [${config}/truststore/x509/ca/acme/0.pem], identities: ["x509.subject: C=US, ST=WA, O=other"], level: audit }`,
      1,
      'SignerNotTrusted',
    ],
    [
      'of a trust policy that is not there',
      ({ config }) => `{ trustPolicy: ${config}/none.json, trustStore: ${config}/truststore }`,
      2,
      'spec.authorities[0].notation.trustPolicy',
    ],
    [
      'of certificates that are none',
      ({ config }) => `{ trustedCertificates: [${config}/trustpolicy.json], identities: ["*"] }`,
      2,
      'spec.authorities[0].notation.trustedCertificates[0]',
    ],
    [
      'of identities that are none',
      ({ config }) =>
        `{ trustedCertificates: [${config}/truststore/x509/ca/acme/0.pem], identities: [acme] }`,
      2,
      'is neither "*" nor begins with',
    ],
  ])('%s', async (_name, notation, exitCode, said) => {
    const disk = made();
    const cwd = directory({ 'policy.yaml': policyOf(notation(disk)) });
    const args = ['verify', REFERENCE, '--policy', 'policy.yaml', '--evidence', disk.layout];
    const ran = await run(args, { clock: NOW, cwd });
    expect({ exitCode: ran.exitCode, named: (ran.stdout + ran.stderr).includes(said) }).toEqual({
      exitCode,
      named: true,
    });
  });
});
