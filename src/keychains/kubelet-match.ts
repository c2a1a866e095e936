/** A key of a pull secret, as the kubelet keeps it: `*.azurecr.io`, `registry.example.com:5000/team`. */
export interface SecretKey {
  /** Scheme, `/v1` and `/v2` are taken away; what two spellings have in common. */
  readonly text: string;
  matches(registry: string, path: string): boolean;
}

/**
 * Reads a key of a pull secret, or gives `null` where the kubelet passes over it (k8s.io/kubernetes, pkg/credentialprovider,
 * keyring.go: Add, URLsMatch). Its rules are not docker's: a host matches by parts, of which each may be a glob, and the path is
 * a mere prefix, so that `ghcr.io/acme` is a key for `ghcr.io/acme-other` too.
 */
export function readSecretKey(key: string): SecretKey | null {
  const [, host = '', written = ''] = /^(?:https?:\/\/)?(?:[^/?#]*@)?([^/?#]*)(\/[^?#]*)?/.exec(key) ?? [];
  const path = decoded(written);
  if (host === '' || path === null || /[\s%]/.test(host)) return null;
  const effective = /^\/v[12]\//.test(path) ? path.slice('/v1'.length) : path;
  const prefix = effective === '/' ? '' : effective;
  const glob = splitHost(host);
  return {
    text: `${host}${prefix}`,
    matches(registry, repository) {
      const target = splitHost(registry);
      return (
        glob.port === target.port &&
        glob.parts.length === target.parts.length &&
        `/${repository}`.startsWith(prefix) &&
        glob.parts.every((part, at) => globMatches(part, target.parts[at] ?? ''))
      );
    },
  };
}

/** Go's net.SplitHostPort, and what the kubelet does where it fails. */
function splitHost(host: string): { readonly parts: readonly string[]; readonly port: string } {
  const [, bracketed, plain, port = ''] = /^(?:\[([^\]]*)\]|([^:]*)):([^:]*)$/.exec(host) ?? [];
  return { parts: (bracketed ?? plain ?? host).split('.'), port };
}

function decoded(path: string): string | null {
  try {
    return decodeURIComponent(path);
  } catch {
    return null;
  }
}

type Piece = 'run' | ((character: string) => boolean);

/** Go's filepath.Match on one part of a host: `*`, `?`, `[a-z]`, `[^a]` and `\`. What is no pattern matches nothing. */
function globMatches(glob: string, text: string): boolean {
  const pieces = piecesOf(glob);
  if (pieces === null) return false;
  const characters = Array.from(text);
  let at = 0;
  let piece = 0;
  // Where the last run began, and how far it reaches: only the last one ever needs to be longer, so that this stays quadratic.
  let run = -1;
  let reach = 0;
  while (at < characters.length) {
    const wanted = pieces[piece];
    if (wanted === 'run') {
      run = piece;
      reach = at;
      piece += 1;
    } else if (wanted?.(characters[at] ?? '') === true) {
      at += 1;
      piece += 1;
    } else if (run >= 0) {
      reach += 1;
      at = reach;
      piece = run + 1;
    } else return false;
  }
  return pieces.slice(piece).every((left) => left === 'run');
}

function piecesOf(glob: string): readonly Piece[] | null {
  const pieces: Piece[] = [];
  const pattern = /\*|\?|\[(\^?)((?:\\.|[^\]\\])+)\]|\\(.)|([^[\\])/gsuy;
  while (pattern.lastIndex < glob.length) {
    const match = pattern.exec(glob);
    if (match === null) return null;
    const [whole, negated, ranges, escaped, plain] = match;
    if (whole === '*') pieces.push('run');
    else if (whole === '?') pieces.push(() => true);
    else if (ranges !== undefined) {
      const inside = rangesOf(ranges);
      if (inside === null) return null;
      pieces.push((character) => inside(character) !== (negated === '^'));
    } else pieces.push((character) => character === (escaped ?? plain));
  }
  return pieces;
}

function rangesOf(text: string): ((character: string) => boolean) | null {
  const ranges = [...text.matchAll(/(\\.|[^\\-])(?:-(\\.|[^\\-]))?/gsu)];
  if (ranges.map(([whole]) => whole).join('') !== text) return null;
  const bounds = ranges.map(([, low = '', high = low]) => [low.at(-1) ?? '', high.at(-1) ?? ''] as const);
  return (character) => bounds.some(([low, high]) => low <= character && character <= high);
}
