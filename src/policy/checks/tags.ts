import type { ImageReference } from '../../registry/reference.ts';
import type { Check } from '../check.ts';
import { type Evaluate, type Judgement, judgeReference } from '../finding.ts';
import type { JudgedImage } from '../subject.ts';

/** Whether a reference says exactly what runs: pinned by digest, and not by a tag that the rule forbids. */
export const tagsCheck: Check = {
  name: 'tag',
  vouches: false,
  compile({ tags }) {
    // Drift alone asks nothing of how the reference is written.
    if (tags?.pinned === undefined && tags?.disallowed === undefined) return null;
    const { pinned = false, disallowed = [] } = tags;
    return ({ reference, resolution }) => {
      const tag = writtenTag(reference);
      if (tag !== null && disallowed.includes(tag)) {
        const implicit =
          reference.tag === null ? ' (implied, as the reference has neither tag nor digest)' : '';
        return judgeReference(
          'fail',
          'TagDisallowed',
          `the tag ${tag}${implicit} is not allowed`,
          'use a tag that names one version, and its digest',
        );
      }
      if (pinned && reference.digest === null) return notPinned(reference, resolution);
      return judgeReference(
        'pass',
        'TagAccepted',
        reference.digest === null ? `the tag ${tag} is accepted` : 'pinned by digest',
      );
    };
  },
};

/** Whether a reference has a digest, as a gate asks of every image for which no rule says otherwise. */
export const judgePinned: Evaluate = ({ reference, resolution }) =>
  reference.digest === null
    ? notPinned(reference, resolution)
    : judgeReference('pass', 'TagAccepted', 'pinned by digest');

function notPinned(reference: ImageReference, resolution: JudgedImage['resolution']): Judgement {
  const pin = resolution.ok
    ? `write ${reference.text.split('@')[0]}@${resolution.value.digest}`
    : 'add the digest: NAME:TAG@sha256:…';
  return judgeReference(
    'fail',
    'TagNotPinned',
    'the reference has no digest, so what runs can change under it',
    pin,
  );
}

/** The tag as it is written, a digest beside it or not; `latest` where there is neither. */
function writtenTag(reference: ImageReference): string | null {
  return reference.tag ?? (reference.digest === null ? 'latest' : null);
}
