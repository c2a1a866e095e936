import { comment, indented, item, yaml } from './draft-text.ts';
import { type FoundSigner, signersOf } from './draft-signers.ts';
import type { EvidenceEntry } from './finding.ts';

/** An image of an audit without a policy. */
export interface DraftImage {
  /** As it is written. */
  readonly reference: string;
  /** Registry and repository spelled out; null where the reference is none. */
  readonly repository: string | null;
  readonly reason: string;
  readonly evidence: readonly EvidenceEntry[];
}

export interface DraftOptions {
  /** The trusted_root.json in place of the built-in one; null for that. */
  readonly trustedRoot: string | null;
}

/** What the policy calls a trust root that was given. */
const OWN_ROOT = 'trusted-root';

/**
 * Writes a first policy from what signs images today: an authority for every verified signer, exactly as it signed, and a
 * rule for every place that images come from. Nothing that did not verify becomes an active line.
 */
export function draftPolicy(images: readonly DraftImage[], { trustedRoot }: DraftOptions): string {
  const known = images.toSorted((a, b) => (a.reference < b.reference ? -1 : 1));
  const verified = known.filter(isVerified);
  const signers = signersOf(verified, trustedRoot === null ? 'sigstore' : OWN_ROOT);
  const places = Map.groupBy(
    known.filter(({ repository }) => repository !== null),
    ({ repository }) => patternFor(repository ?? ''),
  );
  const patterns = [...places.keys()].toSorted();
  const lines = [
    ...HEAD.map(comment),
    ...yaml({ apiVersion: 'kubectl-supplychain/v1alpha1', kind: 'Policy', metadata: { name: 'draft' } }),
    'spec:',
    ...indented(2, [
      ...trustRootLines(trustedRoot),
      ...authorityLines(signers),
      ...strangerLines(known),
      'rules:',
      ...indented(2, registriesLines(patterns)),
      ...patterns.flatMap((pattern) => indented(2, placeLines(pattern, places.get(pattern) ?? [], signers))),
      ...invalidLines(known),
      ...DEFAULT.map(comment),
      'default: warn',
    ]),
  ];
  return `${lines.join('\n')}\n`;
}

const HEAD = [
  'A first policy: it says who signs these images today, not who should. Read every line before you rely on it,',
  'and take out whom you do not trust. Then change `enforcement: warn` to `enforce`, rule by rule.',
  '`kubectl supplychain policy check` finds what looks unintended.',
];

const DEFAULT = [
  'For images of which no enforcing rule asks a signature. As long as the rules above only warn, that is every image:',
  '`warn` says so and fails nothing, `deny` would fail them all, and `allow` would say nothing of an image that nobody',
  'thought of. As soon as the rules enforce, write instead:',
  'default: deny',
];

/** Every image, or every judged child of its index, has a signature that verifies. */
function isVerified({ reason }: DraftImage): boolean {
  return reason === 'SignerNotEvaluated';
}

/** Registry and first component: where a team's images are. An image at the top of its registry has no such component. */
function patternFor(repository: string): string {
  const [registry = '', first = '', ...more] = repository.split('/');
  return more.length === 0 ? `${registry}/*` : `${registry}/${first}/**`;
}

function trustRootLines(trustedRoot: string | null): string[] {
  if (trustedRoot === null) return [];
  const root = item({ name: OWN_ROOT, sigstore: { trustedRoot } });
  return [
    comment('Relative to this file. With it the policy needs no --trusted-root.'),
    'trustRoots:',
    ...indented(2, root),
  ];
}

function authorityLines(signers: readonly FoundSigner[]): string[] {
  const active = signers.filter(({ keyless }) => keyless !== null);
  const lines = signers.flatMap((signer) =>
    signer.keyless === null ? unsayable(signer) : [...notesOn(signer), ...item(authorityOf(signer))],
  );
  if (active.length === 0) return [comment('No signer was verified that an authority could name.'), ...lines];
  return ['authorities:', ...indented(2, lines)];
}

function authorityOf({ name, keyless }: FoundSigner) {
  return { name, keyless };
}

function unsayable({ subject, issuer, images }: FoundSigner): string[] {
  return [
    comment(`Signs ${listed(images)}, and cannot be named exactly here: ${subject} (issuer ${issuer})`),
  ];
}

/** Who this is, how to accept more of the same, and what to beware of. */
function notesOn({ subject, images, reusable, keyless }: FoundSigner): string[] {
  const notes = [`Signs ${listed(images)}.`];
  if (reusable) {
    notes.push(
      keyless?.['sourceRepository'] === undefined
        ? 'WARNING: other repositories call this workflow, and the certificate does not say for which it ran. Add a sourceRepository.'
        : 'Other repositories call this workflow: sourceRepository is the one that it ran for.',
    );
  }
  return [...notes, ...notesOnRef(subject)].map(comment);
}

function notesOnRef(subject: string): string[] {
  const [, before = '', kind = '', name = ''] = /^(.*@refs\/)([^/]+)\/(.*)$/s.exec(subject) ?? [];
  if (subject.includes('*')) return [];
  const [, domain] = /^[^/@]+@([^/@]+)$/.exec(subject) ?? [];
  const wider = (pattern: string) => `  ${yaml({ subject: pattern }).join(' ')}`;
  if (domain !== undefined) return ['A person. Everybody of that domain would be:', wider(`*@${domain}`)];
  switch (kind) {
    case 'tags':
      return [
        `WARNING: this is the tag ${name} alone; the next release signs as another subject. Every tag would be:`,
        wider(`${before}tags/*`),
      ];
    case 'heads':
      return [
        `WARNING: every build of the branch ${name} signs as this, released or not. Narrower is a workflow that only tags run:`,
        wider(`${before}tags/*`),
      ];
    case 'pull':
      return ['WARNING: this is a pull request, whose author chose what was built. Do not trust it.'];
    default:
      return [];
  }
}

/** Images that are signed by keys, or under roots, that are not known here. */
function strangerLines(images: readonly DraftImage[]): string[] {
  const strange = images.filter(({ reason }) => reason === 'NoKeyConfigured');
  if (strange.length === 0) return [];
  return [
    'Signed by keys that are not known here. Get the public key from whoever signs, not from the registry, and add to',
    'authorities, and the name to the rule of these images:',
    ...strange.map(({ reference }) => `  ${reference}`),
    '- name: release-key',
    '  key: { path: ./cosign.pub }',
  ].map(comment);
}

/** A policy needs a rule, whoever signs what; and where images come from is the first thing to hold on to. */
function registriesLines(patterns: readonly string[]): string[] {
  const allow = patterns.length === 0 ? ['registry.example.com/**'] : patterns;
  return [
    comment('Where the images come from today.'),
    ...item({ name: 'known-registries', enforcement: 'warn', registries: { allow } }),
  ];
}

function placeLines(
  pattern: string,
  images: readonly DraftImage[],
  signers: readonly FoundSigner[],
): string[] {
  const references = new Set(images.map(({ reference }) => reference));
  const anyOf = signers
    .filter((signer) => signer.keyless !== null && signer.images.some((image) => references.has(image)))
    .map(({ name }) => name);
  const others = images.filter((image) => !isVerified(image));
  const notes = others.map(({ reference, reason }) => `  ${reference}: ${reason}`);
  const rule = { name: pattern, match: { images: [pattern] }, enforcement: 'warn' };
  if (anyOf.length === 0) {
    const placeholder = item({ ...rule, signature: { anyOf: ['NAME-OF-AN-AUTHORITY'] } });
    return [
      '',
      comment('Nobody who could be verified signs these images:'),
      ...notes.map(comment),
      ...placeholder.map(comment),
    ];
  }
  const warned = others.length === 0 ? [] : [comment('These are not signed by them, and the rule says so:')];
  return ['', ...warned, ...notes.map(comment), ...item({ ...rule, signature: { anyOf } })];
}

function invalidLines(images: readonly DraftImage[]): string[] {
  const invalid = images.filter(({ repository }) => repository === null);
  if (invalid.length === 0) return [''];
  return [
    '',
    comment('These are no image references:'),
    ...invalid.map(({ reference }) => comment(`  ${reference}`)),
  ];
}

function listed(images: readonly string[]): string {
  const [first = '', ...more] = images;
  return more.length === 0 ? first : `${first} and ${more.length} more`;
}
