import { EVIDENCE_BYTES } from '../limits.ts';
import { failed, type Outcome } from '../reasons.ts';
import { readBlobFile } from './blob-file.ts';

/** Where SBOMs are kept that lie in no registry: a directory of the user's, or the cluster, where Trivy Operator writes them. */
export type SbomSource = (typeof SBOM_SOURCES)[number];
export const SBOM_SOURCES = ['ownDirectory', 'trivyOperator'] as const;

/** One SBOM that was found there. Nobody has signed it. */
interface FoundSbom {
  /** `own directory`, or `Trivy Operator report NAMESPACE/NAME`. */
  readonly origin: string;
  /** As reports name it: a path, or the address of a report. */
  readonly location: string;
  /** The bytes are kept apart, under their digest. */
  readonly reply:
    | { readonly kind: 'found'; readonly digest: string; readonly size: number }
    | { readonly kind: 'unreadable'; readonly message: string };
}

/** All that a source had about an image, and when that was known. */
export interface SbomAnswer {
  readonly source: SbomSource;
  /** The digest of the image. */
  readonly subject: string;
  readonly at: string;
  readonly sboms: readonly FoundSbom[];
}

/** What was saved of an image, and the bytes of each. */
export type SavedSboms = (subject: string) => readonly {
  readonly source: SbomSource;
  readonly found: FoundSbom;
  readonly read: () => Promise<Outcome<Uint8Array>>;
}[];

/** Two answers with one key are answers about the same. */
export function sbomKey({ source, subject }: SbomAnswer): string {
  return JSON.stringify([subject, source]);
}

/** Gives what was saved, and what could not be read then word by word. */
export function savedSboms(directory: string, answers: readonly SbomAnswer[]): SavedSboms {
  const bySubject = Map.groupBy(answers, ({ subject }) => subject);
  return (subject) =>
    (bySubject.get(subject) ?? []).flatMap(({ source, sboms }) =>
      sboms.map((found) => ({ source, found, read: () => bytesOf(directory, found.reply) })),
    );
}

function bytesOf(directory: string, reply: FoundSbom['reply']): Promise<Outcome<Uint8Array>> {
  return reply.kind === 'unreadable'
    ? Promise.resolve(failed('SbomUnreadable', reply.message))
    : readBlobFile(directory, reply.digest, Math.min(reply.size, EVIDENCE_BYTES));
}
