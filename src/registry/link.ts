import { failed, ok, type Outcome } from '../reasons.ts';
import { printableUrl } from './printable.ts';

/**
 * The next page of a listing (RFC 8288; distribution-spec, "Listing Referrers"), or `null` on the last one. Whoever follows a Link
 * sends the registry's token along, so it must stay on the host that sent it.
 */
export function nextPage(headers: readonly string[], page: URL): Outcome<URL | null> {
  const target = headers.flatMap((header) => nextTargets(header))[0];
  if (target === undefined) return ok(null);
  if (!URL.canParse(target, page.href)) return refuse(page, 'is no address');
  const url = new URL(target, page);
  if (url.origin !== page.origin || url.username !== '' || url.password !== '') {
    return refuse(page, `leads away from the registry, to ${printableUrl(url)}`);
  }
  return ok(url);
}

function nextTargets(header: string): readonly string[] {
  return [...header.matchAll(/<([^<>]*)>([^<]*)/g)]
    .filter(([, , parameters]) =>
      /;\s*rel\s*=\s*(?:"(?:[^"]*\s)?next(?:\s[^"]*)?"|next\s*(?:[;,]|$))/i.test(parameters ?? ''),
    )
    .map(([, target]) => target ?? '');
}

function refuse(page: URL, what: string): Outcome<never> {
  return failed(
    'RegistryResponseInvalid',
    `the next page of ${printableUrl(page)} ${what}, so the listing is not complete`,
    'ask whoever runs the registry, or the proxy before it, to send Links on its own host',
  );
}
