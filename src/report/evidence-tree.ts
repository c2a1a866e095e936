import { readSbom } from '../attestations/sbom/read-sbom.ts';
import type { Sbom } from '../attestations/sbom/sbom.ts';
import { provenanceLevel } from '../attestations/slsa/level.ts';
import { readProvenance, slsaPredicate } from '../attestations/slsa/provenance.ts';
import { isSbom, sbomOf } from '../policy/attached-sboms.ts';
import { describeSigner } from '../policy/evidence-entry.ts';
import type { JudgedImage, JudgedManifest } from '../policy/subject.ts';
import { formatPlatform } from '../registry/platform.ts';
import type { Claim, Content, NotationFacts, Verdict } from '../verify/verifier.ts';
import { sbomLines } from './sbom-lines.ts';
import { terminalText } from './terminal-text.ts';

interface Node {
  readonly text: string;
  readonly below: readonly Node[];
}

/** Draws one image as a tree: its manifests, who signed each, from what it was built, and what it contains. */
export function evidenceTree({ text, resolution }: JudgedImage): string {
  if (!resolution.ok) {
    const { reason, message } = resolution.fault;
    return draw({ text, below: [{ text: `unknown  ${reason}: ${message}`, below: [] }] });
  }
  const { root, children } = resolution.value;
  const own = {
    text: `${root.digest}${children.length > 0 ? ' (index)' : ''}`,
    below: nodesOf(root),
  };
  const platforms = children.map((child): Node => {
    const name = child.platform ? formatPlatform(child.platform) : 'unknown platform';
    return { text: `${name}  ${child.digest}`, below: nodesOf(child) };
  });
  return draw({ text, below: [{ ...own, below: [...own.below, ...platforms] }] });
}

function nodesOf({ verdicts, faults }: JudgedManifest): Node[] {
  const found = verdicts.flatMap((verdict) => verdictNodes(verdict)).toSorted(byWeight);
  const unread = faults.map(({ reason, location, message }) => ({
    text: `not seen  ${reason}: ${location}: ${message}`,
    below: [],
  }));
  return found.length + unread.length > 0
    ? [...found, ...unread]
    : [{ text: 'nothing is attached', below: [] }];
}

/** Who signed comes first, what was refused last. */
const WEIGHT = ['signed by', 'built', 'contains', 'attested', 'refused'];

function byWeight(a: Node, b: Node): number {
  const weight = ({ text }: Node) => WEIGHT.findIndex((word) => text.startsWith(word));
  return weight(a) - weight(b) || (a.text < b.text ? -1 : 1);
}

function verdictNodes(verdict: Verdict): Node[] {
  const { location, origin, unread } = verdict.evidence;
  const place = {
    text: origin === undefined ? `at ${location}` : `from ${origin}, at ${location}`,
    below: [],
  };
  if (verdict.result === 'refused') {
    const { reason, message } = verdict.refusal;
    if (unread !== undefined) return [{ text: `not seen  SbomUnreadable: ${unread}`, below: [place] }];
    const unsigned = verdict.evidence.format === 'sbom' ? readSbom(verdict.evidence.bytes, null) : null;
    if (unsigned?.ok) {
      const text = `contains  ${sbomSaid(unsigned.value)}, signed by nobody`;
      return [{ text, below: [...nodes(sbomLines(unsigned.value)), place] }];
    }
    return [{ text: `refused  ${reason}: ${message}`, below: [place] }];
  }
  return verdict.claims.map((claim) => ({ text: said(claim), below: [...details(claim), place] }));
}

function said(claim: Claim): string {
  const { content, signer } = claim;
  if (content.kind === 'signature') return `signed by  ${describeSigner(signer)}`;
  const { predicateType } = content;
  const by = `attested by ${describeSigner(signer)}`;
  if (isSbom(claim)) {
    const sbom = sbomOf(claim);
    return sbom.ok
      ? `contains  ${sbomSaid(sbom.value)}, ${by}`
      : `contains  an SBOM that cannot be read (${sbom.message}), ${by}`;
  }
  return slsaPredicate(predicateType) === null ? `attested  ${predicateType}, ${by}` : `built  ${by}`;
}

const SOURCES = {
  log: 'log',
  tsa: 'timestamp authority',
  'signing-authority': 'signing authority',
} as const;

function sbomSaid({ listed, format, specVersion }: Sbom): string {
  return `${listed} components (${format} ${specVersion})`;
}

function nodes(lines: readonly string[]): Node[] {
  return lines.map((text) => ({ text, below: [] }));
}

function details(claim: Claim): Node[] {
  const { content, signer, times, logIndex, trustRoot, notation } = claim;
  const [time] = times;
  const lines = [
    time
      ? `at ${time.value.toISOString()} by the ${SOURCES[time.source]}${notation ? '' : ` of ${trustRoot ?? 'no trust root'}`}`
      : 'at no verified time',
    ...notationLines(notation),
    ...(logIndex === null ? [] : [`log index ${logIndex}`]),
    ...(content.kind === 'attestation'
      ? [...provenanceLines(content, signer), ...attestedSbomLines(claim)]
      : []),
  ];
  return lines.map((text) => ({ text, below: [] }));
}

function notationLines(facts: NotationFacts | undefined): string[] {
  if (!facts) return [];
  const { scheme, signingTime, level, statement, logged } = facts;
  return [
    `${scheme}, signed at ${signingTime.toISOString()} as it says, level ${level} of ${statement}`,
    ...logged.map(({ reason, message }) => `only logged  ${reason}: ${message}`),
  ];
}

function attestedSbomLines(claim: Claim): readonly string[] {
  const sbom = isSbom(claim) ? sbomOf(claim) : null;
  return sbom?.ok ? sbomLines(sbom.value) : [];
}

function provenanceLines(
  { predicateType, statement }: Extract<Content, { kind: 'attestation' }>,
  signer: Claim['signer'],
): string[] {
  if (slsaPredicate(predicateType) === null) return [];
  const provenance = readProvenance(predicateType, statement.predicate);
  if (!provenance.ok) return [`provenance that cannot be read: ${provenance.message}`];
  const { builder, source, sourceRef, contradictions } = provenanceLevel(
    { signer },
    provenance.value,
    [],
    [],
  );
  return [
    `from ${source ?? 'a source that nobody names'}${sourceRef === null ? '' : ` at ${sourceRef}`}`,
    `by ${builder}`,
    ...contradictions.map((contradiction) => `contradicts its certificate: ${contradiction}`),
  ];
}

function draw(node: Node, prefix = '', branch = ''): string {
  const indent = branch === '' ? '' : branch === '└── ' ? '    ' : '│   ';
  const below = node.below.map((child, index) =>
    draw(child, `${prefix}${indent}`, index === node.below.length - 1 ? '└── ' : '├── '),
  );
  return `${prefix}${branch}${terminalText(node.text)}\n${below.join('')}`;
}
