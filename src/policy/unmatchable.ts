/** Why an image pattern can never match, and what to write instead. */
export interface Unmatchable {
  readonly why: string;
  readonly instead: string;
}

/** The grammar of a digest, in which a pattern may leave parts open. */
const DIGEST = /^sha(256:[0-9a-f]{64}|384:[0-9a-f]{96}|512:[0-9a-f]{128})$/;

/**
 * Whether no image reference can match a pattern (without its `!`); null where one can. References are spelled out before they
 * are held against patterns: `nginx` is `docker.io/library/nginx`.
 */
export function unmatchable(pattern: string): Unmatchable | null {
  for (const rule of RULES) {
    const found = rule(partsOf(pattern));
    if (found) return found;
  }
  return null;
}

interface Parts {
  readonly repository: string;
  /** With the colon or at-sign in front; empty where the pattern names none. */
  readonly rest: string;
  readonly digest: string | null;
}

function partsOf(pattern: string): Parts {
  const at = pattern.indexOf('@');
  const name = at === -1 ? pattern : pattern.slice(0, at);
  const colon = name.lastIndexOf(':');
  const end = colon > name.lastIndexOf('/') ? colon : name.length;
  return {
    repository: name.slice(0, end),
    rest: pattern.slice(end),
    digest: at === -1 ? null : pattern.slice(at + 1),
  };
}

type Rule = (parts: Parts) => Unmatchable | null;

/** In the order in which what is wrong hides what else is. */
const RULES: readonly Rule[] = [
  ({ repository, rest }) =>
    /^[a-z]+:\/\//.test(repository)
      ? { why: 'an image reference has no scheme', instead: repository.replace(/^[a-z]+:\/\//, '') + rest }
      : null,
  ({ repository, rest }) =>
    /[A-Z]/.test(repository)
      ? {
          why: 'registries and repositories are held in lower case',
          instead: repository.toLowerCase() + rest,
        }
      : null,
  ({ repository }) => {
    const [character] = /[^a-z0-9._\-/:*[\]]/.exec(repository) ?? [];
    return character === undefined
      ? null
      : {
          why: `no image reference has the character ${JSON.stringify(character)}`,
          instead: 'a glob: * is any run without /, ** any run',
        };
  },
  ({ repository, rest }) =>
    repository.endsWith('/')
      ? { why: 'a repository does not end in /', instead: `${repository}**${rest}` }
      : null,
  ({ repository, rest }) =>
    /^index\.docker\.io(\/|$)/.test(repository)
      ? {
          why: 'Docker Hub is held as docker.io',
          instead: repository.replace(/^[^/]+/, 'docker.io') + rest,
        }
      : null,
  ({ repository, rest }) =>
    repository === 'docker.io/*'
      ? {
          why: 'a repository there has two parts or more, and * does not reach over a /',
          instead: `docker.io/**${rest}`,
        }
      : null,
  ({ repository, rest }) =>
    /^docker\.io\/[^/*]+$/.test(repository)
      ? {
          why: "Docker Hub's own images are held under docker.io/library/",
          instead: repository.replace('/', '/library/') + rest,
        }
      : null,
  ({ repository, rest }) => {
    const [first = '', ...more] = repository.split('/');
    if (more.length === 0 && first.includes('*') && !first.includes('**')) {
      return {
        why: 'a repository has more parts than that, and * does not reach over a /',
        instead: repository.replaceAll('*', '**') + rest,
      };
    }
    if (first.includes('*') || (more.length > 0 && /[.:]|^localhost$/.test(first))) return null;
    const hub = more.length === 0 ? 'docker.io/library/' : 'docker.io/';
    return {
      why: 'it names no registry, and images are held with theirs',
      instead: /[.:]/.test(first) ? `${repository}/**${rest}` : hub + repository + rest,
    };
  },
  ({ digest }) =>
    digest !== null && !digest.includes('*') && !DIGEST.test(digest)
      ? { why: 'that is no digest', instead: 'a whole digest, as sha256: and 64 hexadecimal digits' }
      : null,
];
