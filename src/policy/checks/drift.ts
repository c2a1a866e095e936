import type { Fault } from '../../reasons.ts';
import type { Check } from '../check.ts';
import { type Evaluate, type Judgement, judgeReference } from '../finding.ts';
import type { Policy } from '../policy.ts';
import type { JudgedImage } from '../subject.ts';

/** Whether the tag still means what runs, or what is written beside it. */
export const driftCheck: Check = {
  name: 'tag',
  vouches: false,
  compile({ tags }) {
    if (tags?.drift === undefined) return null;
    const { drift } = tags;
    const evaluate: Evaluate = (image) => judgeDrift(image, drift);
    ASKING.add(evaluate);
    return evaluate;
  },
};

const ASKING = new WeakSet<Evaluate>();

/** Whether tags that stand beside digests have to be asked for: otherwise nobody wants to know what they point at. */
export function asksForDrift(policy: Policy | null): boolean {
  return policy?.rules.some(({ checks }) => checks.some(({ evaluate }) => ASKING.has(evaluate))) ?? false;
}

function judgeDrift(
  { reference, resolution, running, meant }: JudgedImage,
  drift: 'fail' | 'warn',
): Judgement {
  if (!running && (reference.digest === null || reference.tag === null))
    return judgeReference('pass', 'TagAccepted', 'nothing else is written or runs than it says');
  if (!resolution.ok) return unknown(resolution.fault);
  if (meant === undefined)
    return unknown({ reason: 'NotInEvidence', message: 'what the reference points at was not asked for' });
  if (!meant.ok) return unknown(meant.fault);
  const { digest } = resolution.value;
  const name =
    reference.tag === null && reference.digest !== null
      ? 'the digest that is written'
      : `the tag ${reference.tag ?? 'latest'}`;
  const now = meant.value;
  if (now !== null && [now.digest, ...now.children].includes(digest))
    return judgeReference(
      'pass',
      'TagAccepted',
      `${name} is what ${running ? 'runs' : 'is written beside it'}`,
    );
  const elsewhere = now === null ? 'is gone' : `is ${now.digest} now`;
  const what = running ? `${digest} runs` : `${digest} is written beside it`;
  return {
    ...judgeReference(
      drift,
      'DigestDrift',
      `${name} ${elsewhere}, and ${what}`,
      running
        ? 'start the workload anew if the new image is meant, and write the digest so that it stays what it is'
        : 'write the digest that is meant, or the tag of this digest',
    ),
    subject: { digest, platform: null },
    details: { digest, tagDigest: now?.digest ?? null },
  };
}

function unknown({ reason, message, remediation }: Fault): Judgement {
  return { ...judgeReference('skip', reason, message, remediation ?? null), status: 'unknown' };
}
