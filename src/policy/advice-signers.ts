import type { Remark, Surroundings, Warning } from './remark.ts';
import type { KeylessFile } from './schema-authorities.ts';
import type { PolicyFile } from './schema.ts';
import { signersIn } from './signers-in.ts';
import { isSharedWorkflow } from './shared-workflow.ts';

/** Warnings of whom a policy trusts. */
export const SIGNER_WARNINGS: readonly Warning[] = [
  sharedWorkflowsWithoutSource,
  ownersLeftOpen,
  sourcesLeftOpen,
  keysWithoutTrustedTime,
  authoritiesNeverUsed,
];

interface Keyless {
  readonly at: readonly (string | number)[];
  readonly keyless: KeylessFile;
}

function keylessOf({ spec }: PolicyFile): readonly Keyless[] {
  return (spec.authorities ?? []).flatMap(({ keyless }, index) =>
    keyless ? [{ at: ['spec', 'authorities', index, 'keyless'], keyless }] : [],
  );
}

/** The extensions that say for whom a shared workflow ran. */
const CALLERS = [
  'sourceRepository',
  'sourceRepositoryIdentifier',
  'sourceRepositoryOwner',
  'sourceRepositoryOwnerIdentifier',
] as const;

function sharedWorkflowsWithoutSource(file: PolicyFile): Remark[] {
  return keylessOf(file).flatMap(({ at, keyless }): Remark[] => {
    const field = keyless.subject === undefined ? 'subjectRegExp' : 'subject';
    const subject = keyless[field] ?? '';
    if (!isSharedWorkflow(subject) || CALLERS.some((caller) => keyless[caller] !== undefined)) return [];
    return [
      {
        at: [...at, field],
        what: 'the subject is a workflow that other repositories call, and no sourceRepository is asked for',
        why: 'the certificate names the shared workflow, so everybody who calls it signs as this authority',
        instead: 'sourceRepository: with the repository that is built, as https://github.com/acme/app',
      },
    ];
  });
}

/** Forges on which anybody may take a name. */
const PUBLIC_FORGES = 'github\\.com|gitlab\\.com|bitbucket\\.org|codeberg\\.org';
/** A glob that leaves the owner open there, or anywhere the host; subdomains of one host are its owner's. */
const OPEN_OWNER = new RegExp(`^[a-z+]+://(?:(?:${PUBLIC_FORGES})/[^/]*\\*|(?!\\*\\.[^/*]+/)[^/]*\\*)`);
/** An e-mail glob that leaves the domain open, at either end. */
const OPEN_DOMAIN = /^[^/]*@(?!\*\.[^*]+$)[^/]*\*|^\*+[^@/*.][^@/*]*\.[a-z]+$/;
/** As OPEN_OWNER, in a regular expression. */
const OPEN_EXPRESSION = new RegExp(`(?:github|gitlab)\\\\?\\.com\\\\?/[\\w-]*(?:\\.[*+]|\\[\\^|\\\\[wS])`);

function ownersLeftOpen(file: PolicyFile): Remark[] {
  return keylessOf(file).flatMap(({ at, keyless }) => {
    const globs = (
      ['subject', 'sourceRepository', 'sourceRepositoryOwner', 'buildSigner', 'buildConfig'] as const
    )
      .filter((field) => leavesOwnerOpen(keyless[field] ?? ''))
      .map((field) => ownerRemark([...at, field], keyless[field] ?? ''));
    return OPEN_EXPRESSION.test(keyless.subjectRegExp ?? '')
      ? [...globs, ownerRemark([...at, 'subjectRegExp'], keyless.subjectRegExp ?? '')]
      : globs;
  });
}

function sourcesLeftOpen({ spec }: PolicyFile): Remark[] {
  return spec.rules.flatMap(({ slsa }, index) =>
    (slsa?.sources ?? []).flatMap((source, position): Remark[] =>
      !source.startsWith('!') && leavesOwnerOpen(source)
        ? [ownerRemark(['spec', 'rules', index, 'slsa', 'sources', position], source)]
        : [],
    ),
  );
}

/** Whether strangers can take a name that a glob matches. `**` alone is written on purpose. */
function leavesOwnerOpen(glob: string): boolean {
  return OPEN_OWNER.test(glob) || OPEN_DOMAIN.test(glob);
}

function ownerRemark(at: Remark['at'], pattern: string): Remark {
  return {
    at,
    what: `${JSON.stringify(pattern)} leaves open whose it is`,
    why: 'whoever takes a name that fits, as acme-evil beside acme, is trusted as well',
    instead: 'the whole name of the owner and a /, as https://github.com/acme/*',
  };
}

function keysWithoutTrustedTime({ spec }: PolicyFile): Remark[] {
  return (spec.authorities ?? []).flatMap(({ key }, index): Remark[] =>
    key && !key.transparencyLog
      ? [
          {
            at: ['spec', 'authorities', index, 'key', 'transparencyLog'],
            what: 'signatures of this key need no transparency log',
            why: 'no trusted time says when it signed: a stolen key signs for the past, nobody sees it, and maxAge, notBefore and notAfter cannot hold',
            instead: 'transparencyLog: true, and sign with the log, as cosign does by default',
          },
        ]
      : [],
  );
}

function authoritiesNeverUsed({ spec }: PolicyFile, { files }: Surroundings): Remark[] {
  const used = new Set(
    files.flatMap(({ spec: { rules, builders = [] } }) => [
      ...builders.flatMap(({ signedBy }) => signedBy),
      ...rules.flatMap((rule) =>
        signersIn(rule).flatMap(({ signers }) => [...(signers.anyOf ?? []), ...(signers.allOf ?? [])]),
      ),
    ]),
  );
  return (spec.authorities ?? []).flatMap(({ name }, index): Remark[] =>
    used.has(name)
      ? []
      : [
          {
            at: ['spec', 'authorities', index],
            what: `no rule names the authority ${JSON.stringify(name)}`,
            why: 'it is trusted for nothing, or a rule was meant to name it and does not',
            instead: `its name in a rule, as signature: { anyOf: [${name}] }, or take it out`,
          },
        ],
  );
}
