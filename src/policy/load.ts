import { createHash } from 'node:crypto';
import { dirname, isAbsolute, join } from 'node:path';
import { KEY_BYTES, TRUSTED_ROOT_BYTES } from '../limits.ts';
import { failed, type Outcome } from '../reasons.ts';
import { parseTrustedRoot, type TrustRoot } from '../verify/trust-root.ts';
import type { TrustedKey } from '../verify/verifier.ts';
import { keyAuthority, keylessAuthority } from './authority.ts';
import { CHECKS } from './checks.ts';
import { readPublicKeys } from './keys.ts';
import { compileMatch } from './match.ts';
import {
  type OpenPolicy,
  openPolicy,
  type PolicyBytes,
  type PolicyError,
  policyError,
} from './policy-file.ts';
import type { Authority, Policy, PolicySource, Rule } from './policy.ts';
import type { KeyFile, RuleFile } from './schema.ts';

/** Reads a file of at most `limit` bytes that a policy names: a key or a trusted root. */
export type ReadFile = (path: string, limit: number) => Outcome<Uint8Array>;

export type Loaded =
  | { readonly ok: true; readonly policy: Policy }
  | { readonly ok: false; readonly errors: readonly PolicyError[] };

type Report = (open: OpenPolicy, path: readonly PropertyKey[], message: string, remediation?: string) => void;

/** What the files name so far. A name is known from where it stands on, whether or not what it names could be read. */
interface Known {
  readonly trustRoots: Map<string, TrustRoot | null>;
  readonly authorities: Map<string, Authority | null>;
  readonly keys: TrustedKey[];
  readonly rules: Map<string, Rule>;
  /** Whether all files could be read: a name that is not there may stand in one that could not. */
  readonly complete: boolean;
  readonly readFile: ReadFile;
  readonly report: Report;
}

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
  const read = files.map((file) => openPolicy(file));
  const open = read.flatMap((one) => (one.ok ? [one.value] : []));
  const errors = read.flatMap((one) => (one.ok ? [] : one.errors));
  const known: Known = {
    trustRoots: new Map(roots.map((root) => [root.name, root])),
    authorities: new Map(),
    keys: [],
    rules: new Map(),
    complete: errors.length === 0,
    readFile,
    report: ({ path, document }, at, message, remediation) =>
      errors.push(policyError(path, document, at, message, remediation)),
  };
  for (const one of open) readTrustRoots(one, known);
  for (const one of open) readAuthorities(one, known);
  for (const one of open) readRules(one, known);
  if (errors.length > 0) return { ok: false, errors: inOrder(errors, files) };
  const trust = { roots: [...known.trustRoots.values()].filter((root) => root !== null), keys: known.keys };
  const strictest = (['deny', 'warn', 'allow'] as const).find((value) =>
    open.some(({ file }) => file.spec.default === value),
  );
  return {
    ok: true,
    policy: {
      sources: open.map(sourceOf),
      trust,
      rules: [...known.rules.values()],
      default: strictest ?? 'deny',
    },
  };
}

/** File by file as they were named, and from top to bottom. */
function inOrder(errors: readonly PolicyError[], files: readonly PolicyBytes[]): readonly PolicyError[] {
  const order = (error: PolicyError) => files.findIndex(({ path }) => path === error.path);
  return errors.toSorted((a, b) => order(a) - order(b) || a.line - b.line);
}

function sourceOf({ path, bytes, file }: OpenPolicy): PolicySource {
  return { name: file.metadata.name, path, sha256: createHash('sha256').update(bytes).digest('hex') };
}

function readTrustRoots(open: OpenPolicy, { trustRoots, readFile, report }: Known): void {
  open.file.spec.trustRoots?.forEach(({ name, sigstore }, index) => {
    const at = ['spec', 'trustRoots', index];
    if (trustRoots.has(name)) report(open, [...at, 'name'], ...standsTwice('trust root', name));
    if (!sigstore) return;
    const { trustedRoot, ...thresholds } = sigstore;
    const bytes = readFile(beside(open, trustedRoot), TRUSTED_ROOT_BYTES);
    const root = bytes.ok ? parseTrustedRoot(name, bytes.value, thresholds, trustedRoot) : bytes;
    trustRoots.set(name, root.ok ? root.value : null);
    if (!root.ok)
      report(open, [...at, 'sigstore', 'trustedRoot'], root.fault.message, root.fault.remediation);
  });
}

function standsTwice(what: string, name: string): [message: string, remediation: string] {
  return [`the ${what} ${JSON.stringify(name)} is there already`, 'choose another name'];
}

/** Relative paths are relative to the file that names them. */
function beside({ path }: OpenPolicy, named: string): string {
  return isAbsolute(named) ? named : join(dirname(path), named);
}

function readAuthorities(open: OpenPolicy, known: Known): void {
  const { authorities, trustRoots, report } = known;
  open.file.spec.authorities?.forEach(({ name, keyless, key }, index) => {
    const at = ['spec', 'authorities', index];
    if (authorities.has(name)) report(open, [...at, 'name'], ...standsTwice('authority', name));
    authorities.set(name, null);
    const trustRoot = (keyless ?? key)?.trustRoot ?? 'sigstore';
    const root = trustRoots.get(trustRoot);
    if (root === undefined && known.complete)
      report(
        open,
        [...at, keyless ? 'keyless' : 'key', 'trustRoot'],
        noneNamed('trust root', trustRoot, trustRoots),
      );
    if (keyless) authorities.set(name, keylessAuthority(name, keyless));
    if (!key) return;
    const keys = keysOf(open, key, known.readFile);
    if (!keys.ok) {
      const field = key.path === undefined ? 'pem' : 'path';
      report(open, [...at, 'key', field], keys.fault.message, keys.fault.remediation);
      return;
    }
    const fingerprints = keys.value.map(({ fingerprint }) => fingerprint);
    authorities.set(name, keyAuthority(name, fingerprints));
    const conditions = {
      root: key.transparencyLog ? (root ?? null) : null,
      notBefore: key.notBefore ?? null,
      notAfter: key.notAfter ?? null,
    };
    for (const one of keys.value) known.keys.push({ authority: name, ...one, ...conditions });
  });
}

function noneNamed(what: string, name: string, there: ReadonlyMap<string, unknown>): string {
  return `no ${what} is named ${JSON.stringify(name)}; there are: ${[...there.keys()].join(', ') || 'none'}`;
}

function keysOf(open: OpenPolicy, key: KeyFile, readFile: ReadFile): ReturnType<typeof readPublicKeys> {
  if (key.pem !== undefined) return readPublicKeys(key.pem, 'pem');
  if (key.path === undefined) return failed('InputInvalid', 'names neither path nor pem');
  const bytes = readFile(beside(open, key.path), KEY_BYTES);
  return bytes.ok ? readPublicKeys(new TextDecoder().decode(bytes.value), key.path) : bytes;
}

function readRules(open: OpenPolicy, { authorities, rules, complete, report }: Known): void {
  open.file.spec.rules.forEach((rule, index) => {
    const at = ['spec', 'rules', index];
    if (rules.has(rule.name)) report(open, [...at, 'name'], ...standsTwice('rule', rule.name));
    for (const list of ['anyOf', 'allOf'] as const) {
      rule.signature?.[list]?.forEach((authority, position) => {
        if (complete && !authorities.has(authority))
          report(open, [...at, 'signature', list, position], noneNamed('authority', authority, authorities));
      });
    }
    rules.set(rule.name, compileRule(rule, authorities));
  });
}

function compileRule(rule: RuleFile, named: ReadonlyMap<string, Authority | null>): Rule {
  const authorities = new Map([...named].flatMap(([name, one]) => (one ? [[name, one] as const] : [])));
  const checks = CHECKS.flatMap((check) => {
    const { name, vouches } = check;
    const evaluate = check.compile(rule, authorities);
    return evaluate ? [{ name, vouches, evaluate }] : [];
  });
  return { name: rule.name, enforcement: rule.enforcement, matches: compileMatch(rule.match), checks };
}
