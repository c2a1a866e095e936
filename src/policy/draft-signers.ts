import type { EvidenceEntry } from './finding.ts';
import { authority } from './schema-authorities.ts';
import { isSharedWorkflow } from './shared-workflow.ts';

/** A signer that was found, as an authority of a policy. */
export interface FoundSigner {
  /** As rules name it; of harmless letters only. */
  readonly name: string;
  readonly subject: string;
  readonly issuer: string;
  /** What an authority says of it; null where none could say exactly this signer. */
  readonly keyless: Readonly<Record<string, string>> | null;
  /** The texts of the images that it signs. */
  readonly images: readonly string[];
  /** Whether it is a workflow that other repositories call. */
  readonly reusable: boolean;
}

/** What an image is signed with, and the evidence that says so. */
interface Signed {
  readonly reference: string;
  readonly evidence: readonly EvidenceEntry[];
}

/** Characters that move, hide or turn text around: a name that has them is nothing that a person can judge. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;

/** The signers of some images, each once, by name. `trustRoot` is what the policy calls the root that they were verified with. */
export function signersOf(images: readonly Signed[], trustRoot: string): FoundSigner[] {
  const signatures = images.flatMap(({ reference, evidence }) =>
    evidence.filter(isSignature).map(({ signer }) => ({ reference, ...identityOf(signer) })),
  );
  const groups = Map.groupBy(signatures, ({ subject, issuer, source }) =>
    JSON.stringify([subject, issuer, source]),
  );
  const taken = new Set<string>();
  return [...groups.entries()]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, [first, ...more]]) => {
      if (!first) return [];
      const { subject, issuer, source } = first;
      const keyless = keylessOf(first, trustRoot);
      const references = [first, ...more].map(({ reference }) => reference);
      return [
        {
          name: unique(nameOf(subject, source), taken),
          subject,
          issuer,
          keyless,
          images: [...new Set(references)].toSorted(),
          reusable: source !== null || isSharedWorkflow(subject),
        },
      ];
    });
}

type Certified = EvidenceEntry & { readonly signer: { readonly issuer: string } };

function isSignature(entry: EvidenceEntry): entry is Certified {
  return entry.result === 'verified' && entry.kind === 'signature' && entry.signer?.issuer != null;
}

interface Found {
  readonly subject: string;
  readonly issuer: string;
  /** For whom a shared workflow ran; null for one of the repository's own. */
  readonly source: string | null;
}

function identityOf({ subject, issuer, extensions }: Certified['signer']): Found {
  const source = extensions['sourceRepository'] ?? null;
  const foreign = source !== null && !subject.startsWith(`${source}/`);
  return { subject, issuer, source: foreign || isSharedWorkflow(subject) ? source : null };
}

/** The authority that accepts this signer and nobody else; null where the format cannot say that, or a person not read it. */
function keylessOf({ subject, issuer, source }: Found, trustRoot: string): FoundSigner['keyless'] {
  if (source?.includes('*') || UNPRINTABLE.test(subject + issuer + (source ?? ''))) return null;
  const keyless = {
    ...(trustRoot === 'sigstore' ? {} : { trustRoot }),
    issuer,
    ...(subject.includes('*') ? { subjectRegExp: literal(subject) } : { subject }),
    ...(source === null ? {} : { sourceRepository: source }),
  };
  return authority.safeParse({ name: 'signer', keyless }).success ? keyless : null;
}

/** A name with a star in it as a regular expression; as a glob it would be anybody. */
function literal(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);
}

const NAME_LENGTH = 60;

function nameOf(subject: string, source: string | null): string {
  const plain = subject
    .replace(/^[a-z+]+:\/\/(?:github\.com\/)?/, '')
    .replace(/@refs\/.*$/, '')
    .replace(/\.ya?ml$/, '')
    .replace('/.github/workflows/', '/');
  const caller = source === null ? '' : `-for-${source.replace(/^[a-z+]+:\/\/[^/]*\//, '')}`;
  return slug(plain + caller) || 'signer';
}

function slug(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, NAME_LENGTH)
    .replaceAll(/^-+|-+$/g, '');
}

function unique(name: string, taken: Set<string>): string {
  let free = name;
  for (let number = 2; taken.has(free); number += 1) free = `${name}-${number}`;
  taken.add(free);
  return free;
}
