import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Carrier, Evidence } from '../../src/evidence/collector.ts';
import { keylessAuthority } from '../../src/policy/authority.ts';
import { signatureCheck } from '../../src/policy/checks/signature.ts';
import { definitions, image } from '../../src/policy/judged-image.fixture.ts';
import { readPublicKeys } from '../../src/policy/keys.ts';
import { isReason, ok, REASONS } from '../../src/reasons.ts';
import { DEFAULT_THRESHOLDS, parseTrustedRoot } from '../../src/verify/trust-root.ts';
import { parseTrustPolicy } from '../../src/verify/notation/trust-policy.ts';
import type { TrustMaterial, Verdict } from '../../src/verify/verifier.ts';
import { parseCertificate } from '../../src/verify/x509/certificate.ts';
import { verifyEvidence } from '../../src/verify/verify-evidence.ts';
import { REPOSITORY } from '../forge/notation.ts';
import { SIGNED_AT } from '../forge/times.ts';
import { ANYWHERE } from '../../src/verify/circumstances.fixture.ts';

/** Evidence of which each piece would pass if one guard were not there; `npm run testdata:guards` makes it. */
export const GUARDS = 'testdata/guards';

const evidenceSchema = z.strictObject({
  format: z.enum(['sigstore-bundle', 'simple-signing', 'dsse-envelope', 'notation']),
  subject: z.string(),
  annotations: z.record(z.string(), z.string()),
  text: z.string().optional(),
  base64: z.string().optional(),
  carrier: z.custom<Carrier>().optional(),
});
const notationSchema = z.strictObject({
  policy: z.string(),
  stores: z.record(z.string(), z.array(z.string())),
});
const expectedSchema = z.strictObject({
  why: z.string(),
  known: z.string().optional(),
  thresholds: z
    .strictObject({
      signedCertificateTimestamps: z.int().optional(),
      transparencyLogEntries: z.int().optional(),
      timestamps: z.int().optional(),
    })
    .optional(),
  asked: z
    .strictObject({
      issuer: z.string(),
      subject: z.string().optional(),
      subjectRegExp: z.string().optional(),
    })
    .optional(),
  deadly: z.boolean().optional(),
  classes: z.array(z.enum(['missing', 'stale', 'invalid', 'untrusted', 'undetermined'])).min(1),
});
type Expected = z.infer<typeof expectedSchema>;

function read<T>(name: string, file: string, schema: z.ZodType<T>): T {
  return schema.parse(JSON.parse(readFileSync(join(GUARDS, name, file), 'utf8')));
}

function evidenceOf(name: string): Evidence {
  const { text, base64, ...rest } = read(name, 'evidence.json', evidenceSchema);
  const bytes = text === undefined ? Buffer.from(base64 ?? '', 'base64') : Buffer.from(text);
  const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  return { ...rest, bytes, digest, location: 'registry.example.com/acme/app' };
}

function trustOf(name: string, { thresholds = {} }: Expected): TrustMaterial {
  if (existsSync(join(GUARDS, name, 'notation.json'))) return notationOf(name);
  const asked = { ...DEFAULT_THRESHOLDS, ...(JSON.parse(JSON.stringify(thresholds)) as object) };
  const root = parseTrustedRoot('forge', readFileSync(join(GUARDS, name, 'trusted-root.json')), asked, name);
  if (!root.ok) throw new Error(root.fault.message);
  const keyFile = join(GUARDS, name, 'key.pub');
  if (!existsSync(keyFile)) return { roots: [root.value], keys: [] };
  const keys = readPublicKeys(readFileSync(keyFile, 'utf8'), keyFile);
  if (!keys.ok) throw new Error(keys.fault.message);
  const conditions = { authority: 'release-key', root: root.value, notBefore: null, notAfter: null };
  return { roots: [], keys: keys.value.map((key) => ({ ...key, ...conditions })) };
}

function notationOf(name: string): TrustMaterial {
  const { policy, stores } = read(name, 'notation.json', notationSchema);
  const parsed = parseTrustPolicy(Buffer.from(policy));
  if (!parsed.ok) throw new Error(parsed.errors.map(({ message }) => message).join('; '));
  const opened = Object.entries(stores).map(([store, certificates]) => {
    const read = certificates.map((der) => parseCertificate(Buffer.from(der, 'base64')));
    return [store, ok(read)] as const;
  });
  const trust = { authority: 'pki', origin: 'trustpolicy.json', statements: parsed.statements };
  return { roots: [], keys: [], notation: [{ ...trust, stores: new Map(opened) }] };
}

/** Between what is past in these signatures and what is to come. */
const JUDGED = { ...ANYWHERE, repository: REPOSITORY, judgedAt: new Date('2026-06-01T00:00:00Z') };

/** What is expected of a guard's evidence. */
export function expectedOf(name: string): Expected {
  return read(name, 'expected.json', expectedSchema);
}

/** What comes of it: the reason, with its class, or `verified`. */
export function outcomeOf(name: string): { readonly class: string; readonly message: string } {
  const expected = expectedOf(name);
  const verdict = verifyEvidence(evidenceOf(name), trustOf(name, expected), JUDGED);
  const reason = reasonOf(verdict, expected.asked);
  const said = verdict.result === 'refused' ? `: ${verdict.refusal.message}` : '';
  return {
    class: isReason(reason) ? REASONS[reason].class : reason,
    message: `${expected.why}; ${reason}${said}`,
  };
}

/** The reason that a rule which asks for a signature by this identity gives. */
function reasonOf(verdict: Verdict, asked: Expected['asked']): string {
  if (verdict.result === 'refused') return verdict.refusal.reason;
  if (!asked) return 'verified';
  const authority = keylessAuthority('ci', { trustRoot: 'forge', ...asked });
  const rule = {
    name: 'signed',
    match: { images: ['**'] },
    enforcement: 'enforce' as const,
    signature: { anyOf: ['ci'] },
  };
  const evaluate = signatureCheck.compile(rule, definitions(authority));
  const on = { digest: verdict.evidence.subject, platform: null, verdicts: [verdict], faults: [] };
  const judgement = evaluate?.(image(on), SIGNED_AT);
  return judgement?.status === 'fail' ? judgement.reason : 'verified';
}
