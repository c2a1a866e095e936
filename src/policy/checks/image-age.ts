import { z } from 'zod';
import { failed, type Fault, ok, type Outcome } from '../../reasons.ts';
import { inDays } from '../age.ts';
import type { Check } from '../check.ts';
import { type Judgement, judgeReference } from '../finding.ts';
import type { Policy } from '../policy.ts';
import type { JudgedImage, JudgedManifest } from '../subject.ts';
import { subjectOf } from '../vouching.ts';

/** Whether an image is young enough by the time of creation that its own configuration states (image-spec, config.md, `created`). */
export const ageCheck: Check = {
  name: 'age',
  vouches: false,
  compile: ({ age }) => (age ? (image, judgedAt) => judgeAge(image, age.max, judgedAt) : null),
};

/** Whether configurations have to be asked for: nothing else reads them. */
export function asksForAge(policy: Policy | null): boolean {
  return policy?.rules.some(({ checks }) => checks.some(({ name }) => name === ageCheck.name)) ?? false;
}

const STATED = 'its builder says so, and nobody vouches for it';
const STATE_IT =
  'have the build write its time into the image, as with SOURCE_DATE_EPOCH, or do not ask for the age of this image';

interface Aged {
  readonly manifest: JudgedManifest;
  readonly created: Date;
}

function judgeAge({ resolution }: JudgedImage, max: number, judgedAt: Date): Judgement {
  if (!resolution.ok) return unknown(null, resolution.fault);
  const { root, children } = resolution.value;
  const aged: Aged[] = [];
  const faults: Judgement[] = [];
  for (const manifest of children.length > 0 ? children : [root]) {
    const created = createdOf(manifest, judgedAt);
    if (created.ok) aged.push({ manifest, created: created.value });
    else faults.push(unknown(manifest, created.fault));
  }
  // The oldest speaks for all: another that is not known makes it no younger.
  const [oldest] = aged.toSorted((a, b) => a.created.getTime() - b.created.getTime());
  const tooOld = oldest && judgedAt.getTime() - oldest.created.getTime() > max;
  const [fault] = faults;
  if (fault && !tooOld) return fault;
  if (!oldest) return unknown(null, { reason: 'AgeUnknown', message: 'nothing of the image can run' });
  const { manifest, created } = oldest;
  const age = inDays(judgedAt.getTime() - created.getTime());
  const is = `it was created on ${created.toISOString()}, ${age} before`;
  const judged = tooOld
    ? judgeReference(
        'fail',
        'ImageOutdated',
        `${is}, and the rule allows ${inDays(max)}; ${STATED}`,
        'build the image anew on a current base, and deploy that',
      )
    : judgeReference('pass', 'AgeAccepted', `${is}; ${STATED}`);
  return { ...judged, subject: subjectOf(manifest), details: { created: created.toISOString() } };
}

/** Images are as old as Docker: what is older stands in place of a time, as reproducible builds write it (1970, 1980, or the year 1). */
const FIRST_IMAGES = Date.UTC(2013, 0);

function createdOf({ config }: JudgedManifest, judgedAt: Date): Outcome<Date> {
  if (config === undefined) return failed('NotInEvidence', 'its configuration was not asked for');
  if (!config.ok) return config;
  const { created: text } = config.value;
  if (text === null) return notKnown('its configuration does not say when it was created');
  const time = z.iso.datetime({ offset: true }).safeParse(text).success ? new Date(text) : null;
  const quoted = JSON.stringify(text.slice(0, 64));
  if (time === null || Number.isNaN(time.getTime()))
    return notKnown(`its configuration says that it was created on ${quoted}, which is no RFC 3339 time`);
  if (time.getTime() < FIRST_IMAGES)
    return notKnown(
      `its configuration says that it was created on ${quoted}, which builds write in place of a time`,
    );
  if (time.getTime() > judgedAt.getTime())
    return notKnown(
      `its configuration says that it was created on ${quoted}, which lies in the future`,
      'check the clock of the machine that built it, and build it anew',
    );
  return ok(time);
}

function notKnown(message: string, remediation = STATE_IT): Outcome<never> {
  return failed('AgeUnknown', message, remediation);
}

function unknown(manifest: JudgedManifest | null, { reason, message, remediation }: Fault): Judgement {
  return {
    ...judgeReference('skip', reason, message, remediation ?? (reason === 'AgeUnknown' ? STATE_IT : null)),
    status: 'unknown',
    subject: manifest && subjectOf(manifest),
  };
}
