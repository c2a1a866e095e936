import { fieldName, locationOf } from './place.ts';
import type { Place } from './place.ts';
import type { Target } from './references.ts';
import type { Gap } from './source.ts';

/** One field at least. */
type Fields = readonly [Place, ...Place[]];

const SHOWN = 3;

/** The gap for fields that are not set, so that an operator puts its own image there. */
export function leftToOperator(fields: Fields, object: string): Gap {
  const are = fields.length === 1 ? 'is' : 'are';
  const message = `${listed(fields)} ${are} not set, so an operator chooses what ${object} runs`;
  return unnamed(fields[0], object, message, 'name the image, or verify the one that the operator runs');
}

/** The gap for images that are known only when the object is used. */
export function filledInLater(fields: Fields, object: string): Gap {
  const message = `${listed(fields)} of ${object} ${fields.length === 1 ? 'has' : 'have'} a placeholder, which is filled in later`;
  return unnamed(fields[0], object, message, 'name the image, or verify the ones that are filled in');
}

/** The gap for a kind that runs containers, and has none with an image. */
export function withoutContainers(object: Place, name: string): Gap {
  const message = `no container of ${name} is found`;
  return unnamed(object, name, message, 'name the images of its containers, or verify those that run');
}

/** The gap for another object that says what runs, and was not read. */
export function referredElsewhere({ place, kind, name }: Target, object: string): Gap {
  const what =
    name === null
      ? `what ${object} runs is fetched when it is used`
      : `what ${object} runs is said by ${kind}/${name}, which is not among the manifests`;
  const remediation =
    name === null ? 'verify the images that it runs' : `audit the manifest of ${kind}/${name} as well`;
  return unnamed(place, object, `${fieldName(ownPath(place))}: ${what}`, remediation);
}

/** What cannot be seen in the manifest is no mistake of the manifest. */
function unnamed(place: Place, object: string, message: string, remediation: string): Gap {
  const { file, line } = locationOf(place);
  return {
    scope: 'kind',
    name: object,
    cluster: null,
    wrongInput: false,
    reason: 'ImageNotNamed',
    message: `${file}:${line}: ${message}`,
    remediation,
  };
}

function listed(fields: readonly Place[]): string {
  const names = fields.map((place) => fieldName(ownPath(place)));
  const shown = names.slice(0, SHOWN).join(', ');
  return names.length > SHOWN ? `${shown} and ${names.length - SHOWN} more` : shown;
}

function ownPath({ path, origin }: Place): Place['path'] {
  return path.slice(origin);
}
