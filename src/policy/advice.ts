import { SELECTIVE_WARNINGS } from './advice-matches.ts';
import { SIGNER_WARNINGS } from './advice-signers.ts';
import { UNSUPPORTED_WARNINGS } from './advice-unsupported.ts';
import { hasExpired } from './exceptions.ts';
import { fieldName } from '../workloads/place.ts';
import type { OpenPolicy } from './policy-file.ts';
import type { Remark, Surroundings, Warning } from './remark.ts';
import type { PolicyFile } from './schema.ts';

/** What looks unintended in a policy that loads: where, what, why it matters, and what to write instead. */
export interface Advice {
  readonly file: string;
  readonly line: number;
  readonly field: string;
  readonly what: string;
  readonly why: string;
  readonly instead: string;
}

/** Everything that is warned of. A new warning is one function and one line in a list. */
const WARNINGS: readonly Warning[] = [
  ...SELECTIVE_WARNINGS,
  ...SIGNER_WARNINGS,
  defaultAllows,
  exceptionsWithoutDigest,
  exceptionsThatExpired,
  ...UNSUPPORTED_WARNINGS,
];

/** Looks through all files of a policy, in their order and from top to bottom. `now` is the real time, which ends exceptions. */
export function advise(files: readonly OpenPolicy[], now: Date): Advice[] {
  return files.flatMap((open) =>
    WARNINGS.flatMap((warn) => warn(open.file, { now, files: files.map(({ file }) => file) }))
      .map((remark) => placed(open, remark))
      .toSorted((a, b) => a.line - b.line),
  );
}

function placed({ path, document }: OpenPolicy, { at, what, why, instead }: Remark): Advice {
  return { file: path, line: document.lineOf(at), field: fieldName(at), what, why, instead };
}

function defaultAllows({ spec }: PolicyFile): Remark[] {
  if (spec.default !== 'allow') return [];
  return [
    {
      at: ['spec', 'default'],
      what: 'images that no enforcing rule asks a signature of are allowed',
      why: 'an image that nobody thought of is skipped in silence',
      instead: 'default: deny, or default: warn while the policy grows',
    },
  ];
}

function exceptionsWithoutDigest({ spec }: PolicyFile): Remark[] {
  return (spec.exceptions ?? []).flatMap(({ name, match }, index): Remark[] => {
    const pinned = match.images
      .filter((image) => !image.startsWith('!'))
      .every((image) => image.includes('@'));
    if (match.digests || pinned) return [];
    return [
      {
        at: ['spec', 'exceptions', index, 'match'],
        what: `the exception ${JSON.stringify(name)} names no digest`,
        why: 'whatever is pushed to these repositories until then is excepted as well',
        instead: 'digests: with the digest of each image that was looked at',
      },
    ];
  });
}

function exceptionsThatExpired({ spec }: PolicyFile, { now }: Surroundings): Remark[] {
  return (spec.exceptions ?? []).flatMap(({ name, expires }, index): Remark[] =>
    hasExpired(expires, now)
      ? [
          {
            at: ['spec', 'exceptions', index, 'expires'],
            what: `the exception ${JSON.stringify(name)} has expired on ${expires}`,
            why: 'it does nothing any more',
            instead: 'another day, if the reason still holds; else take the exception out',
          },
        ]
      : [],
  );
}
