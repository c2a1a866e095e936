const LENGTH = 200;

/** Text from a document as it stands in a message: quoted, and cut where it is longer than a person reads. */
export function quoted(value: string): string {
  return JSON.stringify(value.length > LENGTH ? `${value.slice(0, LENGTH)}…` : value);
}
