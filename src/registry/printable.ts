const QUOTE_LENGTH = 300;

/** Text from outside as it may stand in a message: on one line, without control or direction characters, capped. */
export function printable(text: string): string {
  const plain = text
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]+/gu, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim();
  return plain.length > QUOTE_LENGTH ? `${plain.slice(0, QUOTE_LENGTH)}…` : plain;
}

/** A URL as it may stand in a message or log: user name, password, query and fragment are where secrets are. */
export function printableUrl(url: URL): string {
  return printable(`${url.protocol}//${url.host}${url.pathname}`);
}
