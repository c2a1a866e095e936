import { createHash } from 'node:crypto';
import { dirname, resolve } from 'node:path';
import type { z } from 'zod';
import { failed, type Outcome } from '../reasons.ts';
import { parseTrustedRoot, type TrustRoot } from '../verify/trust-root.ts';
import type { TrustedKey } from '../verify/verifier.ts';
import { type Document, readDocuments } from '../workloads/document.ts';
import { fieldName } from '../workloads/place.ts';
import { keyAuthority, keylessAuthority } from './authority.ts';
import { CHECKS } from './checks.ts';
import { readPublicKeys } from './keys.ts';
import { compileMatch } from './match.ts';
import type { Authority, Policy, PolicySource, Rule } from './policy.ts';
import { type KeyFile, type PolicyFile, policySchema, type RuleFile } from './schema.ts';

/** A policy file as it was read from disk. */
export interface PolicyBytes {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** Reads a file that a policy names: a key or a trusted root. */
export type ReadFile = (path: string) => Outcome<Uint8Array>;

/** An error of a policy file, as `policy.yaml:12: spec.rules[0].signature: has no check`. */
export interface PolicyError {
  readonly message: string;
  readonly remediation: string | null;
}

export type Loaded =
  | { readonly ok: true; readonly policy: Policy }
  | { readonly ok: false; readonly errors: readonly PolicyError[] };

interface OpenFile {
  readonly path: string;
  readonly document: Document;
  readonly file: PolicyFile;
}

type Report = (
  open: { path: string; document: Document },
  path: readonly PropertyKey[],
  message: string,
  remediation?: string,
) => void;

/**
 * Reads policy files into one policy: rules add up, the strictest `default` holds, a name that stands twice is an error.
 * All errors of all files are reported in one go, each with file, line and field. `roots` are the trust roots that are there
 * without a policy; `readFile` gives the keys and trusted roots that a policy names.
 */
export function loadPolicy(
  files: readonly PolicyBytes[],
  roots: readonly TrustRoot[],
  readFile: ReadFile,
): Loaded {
  const errors: PolicyError[] = [];
  const report: Report = ({ path, document }, at, message, remediation) => {
    const steps = at.filter((step) => typeof step !== 'symbol');
    const field = steps.length === 0 ? '' : `${fieldName(steps)}: `;
    errors.push({
      message: `${path}:${document.lineOf(steps)}: ${field}${message}`,
      remediation: remediation ?? null,
    });
  };
  const open = files.flatMap((file) => openFile(file, errors, report));
  const trustRoots = new Map(roots.map((root) => [root.name, root]));
  for (const one of open) readTrustRoots(one, trustRoots, readFile, report);
  const keys: TrustedKey[] = [];
  const authorities = new Map<string, Authority>();
  for (const one of open) readAuthorities(one, { trustRoots, authorities, keys, readFile, report });
  const rules: Rule[] = [];
  for (const one of open) readRules(one, authorities, rules, report);
  if (errors.length > 0) return { ok: false, errors };
  const sources = open.map(({ path, file }, index): PolicySource => {
    const sha256 = createHash('sha256')
      .update(files[index]?.bytes ?? '')
      .digest('hex');
    return { name: file.metadata.name, path, sha256 };
  });
  const strictest = (['deny', 'warn', 'allow'] as const).find((value) =>
    open.some(({ file }) => file.spec.default === value),
  );
  return {
    ok: true,
    policy: {
      sources,
      trust: { roots: [...trustRoots.values()], keys },
      rules,
      default: strictest ?? 'deny',
    },
  };
}

function openFile({ path, bytes }: PolicyBytes, errors: PolicyError[], report: Report): OpenFile[] {
  const { documents, faults } = readDocuments(new TextDecoder().decode(bytes), path);
  for (const fault of faults) {
    errors.push({
      message: `${path}:${fault.line}: ${fault.message}`,
      remediation: 'mend the YAML at this line',
    });
  }
  const [document, second] = documents;
  if (second)
    report(
      { path, document: second },
      [],
      'a policy file holds one document',
      'put the second policy into a file of its own',
    );
  if (!document) {
    if (faults.length === 0)
      errors.push({
        message: `${path}: the file is empty`,
        remediation: 'begin with `apiVersion: kubectl-supplychain/v1alpha1` and `kind: Policy`',
      });
    return [];
  }
  const parsed = policySchema.safeParse(document.value);
  if (parsed.success) return [{ path, document, file: parsed.data }];
  for (const issue of parsed.error.issues)
    reportIssue(issue, (at, message) => report({ path, document }, at, message));
  return [];
}

function reportIssue(
  issue: z.core.$ZodIssue,
  report: (at: readonly PropertyKey[], message: string) => void,
): void {
  if (issue.code !== 'unrecognized_keys') report(issue.path, issue.message);
  else for (const field of issue.keys) report([...issue.path, field], issue.message);
}

function readTrustRoots(
  open: OpenFile,
  roots: Map<string, TrustRoot>,
  readFile: ReadFile,
  report: Report,
): void {
  open.file.spec.trustRoots?.forEach(({ name, sigstore }, index) => {
    const at = ['spec', 'trustRoots', index];
    if (roots.has(name))
      report(
        open,
        [...at, 'name'],
        `the trust root ${JSON.stringify(name)} is there already`,
        'choose another name',
      );
    if (!sigstore) return;
    const { trustedRoot, ...thresholds } = sigstore;
    const bytes = readFile(resolve(dirname(open.path), trustedRoot));
    const root = bytes.ok ? parseTrustedRoot(name, bytes.value, thresholds, trustedRoot) : bytes;
    if (root.ok) roots.set(name, root.value);
    else report(open, [...at, 'sigstore', 'trustedRoot'], root.fault.message, root.fault.remediation);
  });
}

interface Known {
  readonly trustRoots: ReadonlyMap<string, TrustRoot>;
  readonly authorities: Map<string, Authority>;
  readonly keys: TrustedKey[];
  readonly readFile: ReadFile;
  readonly report: Report;
}

function readAuthorities(open: OpenFile, known: Known): void {
  open.file.spec.authorities?.forEach(({ name, keyless, key }, index) => {
    const at = ['spec', 'authorities', index];
    if (known.authorities.has(name))
      known.report(
        open,
        [...at, 'name'],
        `the authority ${JSON.stringify(name)} is there already`,
        'choose another name',
      );
    const trustRoot = (keyless ?? key)?.trustRoot ?? 'sigstore';
    const root = known.trustRoots.get(trustRoot);
    if (!root) {
      const names = [...known.trustRoots.keys()].join(', ');
      known.report(
        open,
        [...at, keyless ? 'keyless' : 'key', 'trustRoot'],
        `no trust root is named ${JSON.stringify(trustRoot)}; there are: ${names}`,
      );
      return;
    }
    if (keyless) known.authorities.set(name, keylessAuthority(name, keyless));
    if (!key) return;
    const keys = keysOf(open, key, known.readFile);
    if (keys.ok) {
      known.authorities.set(
        name,
        keyAuthority(
          name,
          keys.value.map(({ fingerprint }) => fingerprint),
        ),
      );
      const conditions = {
        root: key.transparencyLog ? root : null,
        notBefore: key.notBefore ?? null,
        notAfter: key.notAfter ?? null,
      };
      for (const one of keys.value) known.keys.push({ authority: name, ...one, ...conditions });
    } else
      known.report(
        open,
        [...at, 'key', key.path === undefined ? 'pem' : 'path'],
        keys.fault.message,
        keys.fault.remediation,
      );
  });
}

function keysOf(open: OpenFile, key: KeyFile, readFile: ReadFile): ReturnType<typeof readPublicKeys> {
  if (key.pem !== undefined) return readPublicKeys(key.pem, 'pem');
  if (key.path === undefined) return failed('InputInvalid', 'names neither path nor pem');
  const bytes = readFile(resolve(dirname(open.path), key.path));
  return bytes.ok ? readPublicKeys(new TextDecoder().decode(bytes.value), key.path) : bytes;
}

function readRules(
  open: OpenFile,
  authorities: ReadonlyMap<string, Authority>,
  rules: Rule[],
  report: Report,
): void {
  open.file.spec.rules.forEach((rule, index) => {
    const at = ['spec', 'rules', index];
    if (rules.some(({ name }) => name === rule.name))
      report(
        open,
        [...at, 'name'],
        `the rule ${JSON.stringify(rule.name)} is there already`,
        'choose another name',
      );
    for (const list of ['anyOf', 'allOf'] as const) {
      rule.signature?.[list]?.forEach((authority, position) => {
        if (authorities.has(authority)) return;
        const names = [...authorities.keys()].join(', ') || 'none';
        report(
          open,
          [...at, 'signature', list, position],
          `no authority is named ${JSON.stringify(authority)}; there are: ${names}`,
        );
      });
    }
    rules.push(compileRule(rule, authorities));
  });
}

function compileRule(rule: RuleFile, authorities: ReadonlyMap<string, Authority>): Rule {
  const checks = CHECKS.flatMap((check) => {
    const { name, vouches } = check;
    const evaluate = check.compile(rule, authorities);
    return evaluate ? [{ name, vouches, evaluate }] : [];
  });
  return { name: rule.name, enforcement: rule.enforcement, matches: compileMatch(rule.match), checks };
}
