import { cpSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { notationSignature } from './forge/notation.ts';
import { temporaryHome } from './notation/disk.ts';
import { corpusFolder } from '../src/attestations/corpus.fixture.ts';
import { verifyNotation } from './conformance/verify-notation.ts';
import { readTrustStore } from '../src/trust-roots/notation-store.ts';
import { readCrl } from '../src/verify/notation/revocation/crl.ts';
import { parseTrustPolicy } from '../src/verify/notation/trust-policy.ts';
import { parseCertificate } from '../src/verify/x509/certificate.ts';
import { readCertificates } from '../src/trust-roots/certificate-file.ts';

/** Notation's own test data: layouts, trust policies, certificates and lists, which lie beside the project if they are there. */
const folder = corpusFolder('notation');
const there = folder !== null;
const CORPUS = folder ?? '';

/** What is wrong with each trust policy; what is not named here loads. */
const REFUSED: Readonly<Record<string, string>> = {
  empty_registry_scope: 'registryScopes: must not be empty',
  empty_trusted_identity: 'trustedIdentities[0]: "" is empty',
  invalid_format: 'is not strict JSON',
  malformed_registry_scope: 'is no repository',
  malformed_trusted_identity: 'is neither "*" nor begins with',
  missing_country_trusted_identity: 'has no C',
  missing_state_trusted_identity: 'has no ST',
  multi_statements_with_multi_wildcard_registry_scope: 'stands in this policy twice',
  multi_statements_with_the_same_registry_scope: 'stands in this policy twice',
  overlapped_trusted_identity: 'overlaps with',
  override_integrity_for_permissive: 'integrity cannot be overridden',
  skip: '"*" cannot be combined with the level skip',
  unset_trust_store: 'must name at least one trust store',
  wildcard_plus_other_registry_scope: 'stands alone',
  wildcard_trust_store: 'is not TYPE:NAME',
};

describe.skipIf(!there)("Notation's own trust policies (skipped without its test data)", () => {
  const directory = join(CORPUS, 'trustpolicies');
  const files = there ? readdirSync(directory) : [];

  it.each(files)('%s', (file) => {
    const read = parseTrustPolicy(readFileSync(join(directory, file)));
    const expected = REFUSED[file.replace(/_?trust_?policy\.json$/, '')];
    const said = read.ok ? 'it loads' : read.errors.map(({ message }) => message).join();
    expect(said).toContain(expected ?? 'it loads');
  });

  it('are all of those that are refused here', () => {
    for (const name of Object.keys(REFUSED)) expect(files.join()).toContain(name);
  });
});

/** A configuration that trusts `e2e.crt`, by one of Notation's policies. */
function configured(policy: string, certificate = 'e2e.crt'): string {
  const config = temporaryHome();
  const store = join(config, 'truststore/x509/ca/e2e');
  mkdirSync(store, { recursive: true });
  cpSync(join(CORPUS, 'certs', certificate), join(store, certificate));
  cpSync(join(CORPUS, 'trustpolicies', policy), join(config, 'trustpolicy.json'));
  return config;
}

describe.skipIf(!there)("Notation's own layouts (skipped without its test data)", () => {
  const at = new Date('2026-11-01T00:00:00Z');

  it.each([
    ['e2e-valid-signature', 'trustpolicy.json', 'e2e.crt', 'pass SignatureVerified'],
    ['e2e-valid-signature', 'valid_trusted_identity_trustpolicy.json', 'e2e.crt', 'pass SignatureVerified'],
    ['e2e-valid-signature', 'permissive_trustpolicy.json', 'e2e.crt', 'pass SignatureVerified'],
    ['e2e-valid-signature', 'audit_trustpolicy.json', 'e2e.crt', 'pass SignatureVerified'],
    ['e2e-valid-signature', 'invalid_trusted_identity_trustpolicy.json', 'e2e.crt', 'fail SignerNotTrusted'],
    [
      'e2e-valid-signature',
      'invalid_registry_scope_trustpolicy.json',
      'e2e.crt',
      'fail NoTrustPolicyForRepository',
    ],
    ['e2e-valid-signature', 'trustpolicy.json', 'new_e2e.crt', 'fail SignerNotTrusted'],
    ['e2e-valid-signature', 'multiple_trust_store_trustpolicy.json', 'e2e.crt', 'fail TrustStoreInvalid'],
    ['e2e-invalid-signature', 'trustpolicy.json', 'e2e.crt', 'fail SignatureMalformed'],
    ['e2e-with-timestamped-signature', 'trustpolicy.json', 'e2e.crt', 'fail SignerNotTrusted'],
    ['e2e', 'trustpolicy.json', 'e2e.crt', 'fail SignatureMissing'],
  ])('%s under %s and %s', async (name, policy, certificate, expected) => {
    const [first] = await verifyNotation({
      config: configured(policy, certificate),
      layout: join(CORPUS, 'oci_layout', name),
      image: 'localhost:5000/e2e:v1',
      at,
      offline: true,
    });
    expect(`${first?.status} ${first?.reason}`).toBe(expected);
  });
});

describe.skipIf(!there)("Notation's own certificates and lists (skipped without its test data)", () => {
  it.each([
    ['DigiCertTSARootSHA384.cer', true],
    ['globalsignTSARoot.cer', true],
    ['CertChain.pem', false],
    ['Empty.txt', false],
    ['intermediate.pem', false],
    ['invalid.crt', false],
    ['notSelfIssued.crt', false],
  ])('%s in a tsa trust store', (file, expected) => {
    const directory = temporaryHome();
    const store = join(directory, 'x509/tsa/acme');
    mkdirSync(store, { recursive: true });
    cpSync(join(CORPUS, 'timestamp', file), join(store, file));
    expect(readTrustStore(directory, { type: 'tsa', name: 'acme' }).ok).toBe(expected);
  });

  it.each([
    ['leaf.crl', 0, 'lists nothing'],
    ['leaf_revoked.crl', 0, 'lists'],
    // It was signed by another key than the chain's.
    ['leaf_expired.crl', 0, 'its signature does not verify'],
    ['intermediate.crl', 1, 'lists nothing'],
    ['intermediate_revoked.crl', 1, 'lists'],
    ['intermediate.crl', 0, 'another authority has issued it'],
  ])('%s for certificate %i', (file, index, expected) => {
    const read = readCertificates(readFileSync(join(CORPUS, 'crl/certchain_with_crl.pem')));
    const certificates = read.ok ? read.certificates.map((der) => parseCertificate(der)) : [];
    const [certificate, issuer] = [certificates[index], certificates[index + 1]];
    if (!certificate || !issuer) throw new Error('no such certificate');
    const now = new Date('2025-06-01T00:00:00Z');
    const bytes = readFileSync(join(CORPUS, 'crl', file));
    const said = () => {
      try {
        const { about } = readCrl(bytes, 'base', certificate, issuer, 'http://x', now);
        return about.length > 0 ? 'lists' : 'lists nothing';
      } catch (cause) {
        return cause instanceof Error ? cause.message : String(cause);
      }
    };
    expect(said()).toBe(expected);
  });
});

describe('the forge', () => {
  it('makes the same signature in every run', () => {
    expect(notationSignature().digest).toBe(notationSignature().digest);
  });
});
