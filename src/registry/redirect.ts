import { failed, ok, type Outcome } from '../reasons.ts';
import { isLoopback } from './address.ts';
import { printable, printableUrl } from './printable.ts';

const CODES = new Set([301, 302, 303, 307, 308]);

export function isRedirect(status: number): boolean {
  return CODES.has(status);
}

/**
 * Where a redirect of `registry` leads, or why it is not followed: it must not become a request that others can read on the way. At
 * which addresses it may end is the rule of `reach.ts`.
 */
export function redirectTarget(from: URL, location: string | undefined, registry: string): Outcome<URL> {
  if (location === undefined || !URL.canParse(location, from.href)) {
    return refuse(from, 'redirects to nowhere');
  }
  const target = new URL(location, from);
  const shown = printableUrl(target);
  if (target.protocol !== 'https:' && target.protocol !== 'http:') {
    return refuse(from, `redirects to the scheme ${printable(target.protocol)}`);
  }
  if (target.username !== '' || target.password !== '')
    return refuse(from, `redirects to ${shown} with credentials in the address`);
  if (from.protocol === 'https:' && target.protocol === 'http:' && !isLoopback(registry)) {
    return refuse(from, `redirects from https to ${shown}`);
  }
  return ok(target);
}

function refuse(from: URL, what: string): Outcome<never> {
  return failed(
    'RegistryResponseInvalid',
    `${printableUrl(from)} ${what}, which is not followed`,
    'ask whoever runs the registry to serve blobs over https from a public host name',
  );
}
