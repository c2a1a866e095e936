import type { Check } from '../check.ts';
import { judgeReference } from '../finding.ts';
import { type ImageName, imagePattern } from '../image-pattern.ts';
import { patternList } from '../glob.ts';

/** Whether an image comes from where images may come from: on the allow-list, and on no deny-list. */
export const registriesCheck: Check = {
  name: 'registry',
  vouches: false,
  compile({ registries }) {
    if (!registries) return null;
    const { allow, deny = [] } = registries;
    const allowed = allow
      ? patternList(allow, (pattern, excludes) => imagePattern(pattern, excludes ? 'matches' : 'differs'))
      : () => true;
    const denied = deny.map((pattern) => imagePattern(pattern, 'matches'));
    return ({ reference }) => {
      const image: ImageName = reference;
      if (denied.some((matches) => matches(image))) {
        return judgeReference(
          'fail',
          'RegistryDenied',
          `${reference.repository} is on the deny-list`,
          `use an image from ${listOf(allow)}`,
        );
      }
      if (!allowed(image)) {
        return judgeReference(
          'fail',
          'RegistryNotAllowed',
          `${reference.repository} is not on the allow-list (${listOf(allow)})`,
          'copy the image to an allowed registry and refer to it there, or extend registries.allow',
        );
      }
      return judgeReference('pass', 'RegistryAllowed', `${reference.repository} is allowed`);
    };
  },
};

function listOf(patterns: readonly string[] | undefined): string {
  return patterns?.join(', ') ?? 'another registry';
}
