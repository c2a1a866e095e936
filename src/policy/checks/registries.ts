import type { ImageReference } from '../../registry/reference.ts';
import type { Check } from '../check.ts';
import { judgeReference, type Judgement } from '../finding.ts';
import { patternList } from '../glob.ts';
import { type ImageName, imagePattern, type Unknown } from '../image-pattern.ts';

/** Whether an image comes from where images may come from: on the allow-list, and on no deny-list. */
export const registriesCheck: Check = {
  name: 'registry',
  vouches: false,
  compile({ registries }) {
    if (!registries) return null;
    const { allow, deny = [] } = registries;
    const allowed = list(allow ?? [], 'differs') ?? (() => true);
    const denied = list(deny, 'matches') ?? (() => false);
    const judge = (reference: ImageReference): Judgement => {
      if (denied(reference)) {
        return judgeReference(
          'fail',
          'RegistryDenied',
          `${reference.repository} is on the deny-list`,
          `use an image from ${listOf(allow)}`,
        );
      }
      if (!allowed(reference)) {
        return judgeReference(
          'fail',
          'RegistryNotAllowed',
          `${reference.repository} is not on the allow-list (${listOf(allow)})`,
          'copy the image to an allowed registry and refer to it there, or extend registries.allow',
        );
      }
      return judgeReference('pass', 'RegistryAllowed', `${reference.repository} is allowed`);
    };
    return ({ reference, running }) => {
      const written = judge(reference);
      if (written.status !== 'pass' || !running?.also) return written;
      const ran = judge(running.also);
      return { ...ran, message: `${ran.message}; it is where a node says that the running image is from` };
    };
  },
};

/** What a pattern cannot know of an image counts against it: in a deny-list as in what an allow-list excludes. */
function list(patterns: readonly string[], unknown: Unknown): ((image: ImageName) => boolean) | null {
  if (patterns.length === 0) return null;
  const other = unknown === 'matches' ? 'differs' : 'matches';
  return patternList(patterns, (pattern, excludes) => imagePattern(pattern, excludes ? other : unknown));
}

function listOf(patterns: readonly string[] | undefined): string {
  return patterns?.join(', ') ?? 'another registry';
}
