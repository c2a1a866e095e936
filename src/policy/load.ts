import { createHash } from 'node:crypto';
import type { KeptRoot } from '../trust-roots/kept-root.ts';
import type { KeptRoots } from '../trust-roots/kept-roots.ts';
import type { Mirror } from '../registry/mirrors.ts';
import type { TrustRoot } from '../verify/trust-root.ts';
import type { ConfiguredBuilder } from '../attestations/slsa/builders.ts';
import { compileBuilder } from './builder.ts';
import type { Definitions } from './check.ts';
import { CHECKS } from './checks.ts';
import { demandOf, type Signers } from './demand.ts';
import { compileException, type Exception, unexcusable } from './exceptions.ts';
import { type Known, noneNamed, type ReadFile, type ReadTrustStore, standsTwice } from './known.ts';
import { failed } from '../reasons.ts';
import { compileMatch } from './match.ts';
import {
  type OpenPolicy,
  openPolicy,
  type PolicyBytes,
  type PolicyError,
  policyError,
} from './policy-file.ts';
import type { Authority, Policy, PolicySource, Rule } from './policy.ts';
import type { RuleFile } from './schema.ts';
import { readMirrors } from './registry-mirrors.ts';
import { signersIn } from './signers-in.ts';
import { readAuthorities } from './trust.ts';
import { NOTHING_KEPT, readTrustRoots, rootsBeforePolicy } from './trust-roots.ts';

export type Loaded =
  | {
      readonly ok: true;
      readonly policy: Policy;
      /** The files as they are written, for who explains or doubts them. */
      readonly files: readonly OpenPolicy[];
      /** The trust roots that the policy rests on and that TUF keeps fresh. */
      readonly kept: readonly KeptRoot[];
    }
  | { readonly ok: false; readonly errors: readonly PolicyError[] };

/**
 * Reads policy files into one policy: rules add up, the strictest `default` holds, a name that stands twice is an error.
 * All errors of all files are reported in one go, each with file, line and field. `roots` are the trust roots that are there
 * without a policy; `readFile` gives the keys and trusted roots that a policy names.
 */
export function loadPolicy(
  files: readonly PolicyBytes[],
  roots: readonly TrustRoot[],
  readFile: ReadFile,
  keptRoots: KeptRoots = NOTHING_KEPT,
  readTrustStore: ReadTrustStore = NO_TRUST_STORE,
): Loaded {
  const read = files.map((file) => openPolicy(file));
  const open = read.flatMap((one) => (one.ok ? [one.value] : []));
  const errors = read.flatMap((one) => (one.ok ? [] : one.errors));
  const known: Known = {
    trustRoots: rootsBeforePolicy(roots, keptRoots),
    usedRoots: new Set(),
    keptRoots,
    authorities: new Map(),
    keys: [],
    notation: [],
    rules: new Map(),
    complete: errors.length === 0,
    readFile,
    readTrustStore,
    report: ({ path, document }, at, message, remediation) =>
      errors.push(policyError(path, document, at, message, remediation)),
    reportError: (error) => errors.push(error),
  };
  const exceptionNames = new Set<string>();
  for (const one of open) readTrustRoots(one, known);
  for (const one of open) readAuthorities(one, known);
  const builders = open.flatMap((one) => readBuilders(one, known));
  for (const one of open) readRules(one, builders, known);
  const exceptions = open.flatMap((one) => readExceptions(one, exceptionNames, known));
  const registryMirrors: Mirror[] = [];
  for (const one of open) registryMirrors.push(...readMirrors(one, registryMirrors, known));
  if (errors.length > 0) return { ok: false, errors: inOrder(errors, files) };
  const trust = { roots: rootsIn(known), keys: known.keys, notation: known.notation };
  const strictest = (['deny', 'warn', 'allow'] as const).find((value) =>
    open.some(({ file }) => file.spec.default === value),
  );
  return {
    ok: true,
    files: open,
    kept: keptIn(known),
    policy: {
      sources: open.map(sourceOf),
      trust,
      rules: [...known.rules.values()],
      default: strictest ?? 'deny',
      exceptions,
      authorities: [...usable(known.authorities).values()],
      signatureRepositories: signatureRepositoriesOf(known.authorities),
      registryMirrors,
    },
  };
}

/** Where no directories are read. */
const NO_TRUST_STORE: ReadTrustStore = (directory) =>
  failed('TrustStoreInvalid', `${directory} was not read`);

/** The trust roots that evidence is verified under: all but those built in that nothing rests on. */
function rootsIn({ trustRoots, usedRoots, keptRoots }: Known): TrustRoot[] {
  const spared = new Set(keptRoots.builtIn.map(({ name }) => name).filter((name) => !usedRoots.has(name)));
  return [...trustRoots].flatMap(([name, { read }]) => {
    if (spared.has(name) && name !== 'sigstore') return [];
    const root = read();
    return root?.ok ? [root.value] : [];
  });
}

function keptIn({ trustRoots, usedRoots, keptRoots }: Known): KeptRoot[] {
  return [...trustRoots].flatMap(([name, { kept }]) =>
    kept && (usedRoots.has(name) || !keptRoots.builtIn.includes(kept)) ? [kept] : [],
  );
}

/** File by file as they were named, and from top to bottom. */
function inOrder(errors: readonly PolicyError[], files: readonly PolicyBytes[]): readonly PolicyError[] {
  const order = (error: PolicyError) => files.findIndex(({ path }) => path === error.path);
  return errors.toSorted((a, b) => order(a) - order(b) || a.line - b.line);
}

function sourceOf({ path, bytes, file }: OpenPolicy): PolicySource {
  return { name: file.metadata.name, path, sha256: createHash('sha256').update(bytes).digest('hex') };
}

function checkSigners(open: OpenPolicy, at: readonly PropertyKey[], signers: Signers, known: Known): void {
  const list = signers.allOf ?? signers.anyOf ?? [];
  // `signedBy: [a, b]` is a list itself; everywhere else the list has a name.
  const named = signers.allOf ? ['allOf'] : at.at(-1) === 'signature' ? ['anyOf'] : [];
  list.forEach((name, position) => {
    if (!known.complete || known.authorities.has(name)) return;
    known.report(open, [...at, ...named, position], noneNamed('authority', name, known.authorities));
  });
}

function readBuilders(open: OpenPolicy, known: Known): ConfiguredBuilder[] {
  return (open.file.spec.builders ?? []).map((builder, index) => {
    checkSigners(open, ['spec', 'builders', index, 'signedBy'], { anyOf: builder.signedBy }, known);
    return compileBuilder(builder);
  });
}

function readRules(open: OpenPolicy, builders: readonly ConfiguredBuilder[], known: Known): void {
  const definitions = { authorities: usable(known.authorities), builders };
  open.file.spec.rules.forEach((rule, index) => {
    const at = ['spec', 'rules', index];
    if (known.rules.has(rule.name)) known.report(open, [...at, 'name'], ...standsTwice('rule', rule.name));
    for (const { field, signers } of signersIn(rule)) checkSigners(open, [...at, ...field], signers, known);
    known.rules.set(rule.name, compileRule(rule, definitions));
  });
}

function readExceptions(open: OpenPolicy, names: Set<string>, { report }: Known): Exception[] {
  return (open.file.spec.exceptions ?? []).map((exception, index) => {
    const at = ['spec', 'exceptions', index];
    if (names.has(exception.name)) report(open, [...at, 'name'], ...standsTwice('exception', exception.name));
    names.add(exception.name);
    exception.reasons?.forEach((reason, position) => {
      const why = unexcusable(reason);
      if (why !== null) report(open, [...at, 'reasons', position], `${JSON.stringify(reason)} ${why}`);
    });
    return compileException(exception);
  });
}

function usable(named: ReadonlyMap<string, Authority | null>): Map<string, Authority> {
  return new Map([...named].flatMap(([name, one]) => (one ? [[name, one] as const] : [])));
}

function signatureRepositoriesOf(authorities: Known['authorities']): readonly string[] {
  const named = [...authorities.values()].flatMap((one) => one?.signatureRepository ?? []);
  return [...new Set(named)].sort();
}

function compileRule(rule: RuleFile, definitions: Definitions): Rule {
  const checks = CHECKS.flatMap((check) => {
    const { name, vouches } = check;
    const evaluate = check.compile(rule, definitions);
    return evaluate ? [{ name, vouches, evaluate }] : [];
  });
  const { name, enforcement } = rule;
  return {
    name,
    enforcement,
    enforcesArguments: rule.arguments === 'enforce',
    pinned: rule.tags?.pinned,
    matches: compileMatch(rule.match),
    checks,
    authorities: [...new Set(signersIn(rule).flatMap(({ signers }) => signers.allOf ?? signers.anyOf ?? []))],
    sbomSigners: rule.sbom?.signedBy && sbomSigners(rule.sbom.signedBy, definitions),
  };
}

function sbomSigners(signedBy: Signers, { authorities }: Definitions): Rule['sbomSigners'] {
  const { parts, words } = demandOf(signedBy, authorities);
  return { hold: (claims) => parts.every(({ holds }) => holds(claims)), words };
}
