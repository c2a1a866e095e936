import { parseDigest } from './digest.ts';

const DOCKER_HUB = 'docker.io';
/** distribution, reference/reference.go: the limit holds for the path, the registry's name is not counted. */
const PATH_LENGTH = 255;

const DOMAIN_COMPONENT = '(?:[a-z0-9]|[a-z0-9][a-z0-9-]*[a-z0-9])';
const REGISTRY = new RegExp(
  `^(?:${DOMAIN_COMPONENT}(?:\\.${DOMAIN_COMPONENT})*|\\[[a-f0-9:]+\\])(?::[0-9]+)?$`,
);
const PATH_COMPONENT = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*';
const PATH = new RegExp(`^${PATH_COMPONENT}(?:/${PATH_COMPONENT})*$`);
const TAG = /^\w[\w.-]{0,127}$/;

/** An image reference, read as docker and containerd read it: what is implied (`docker.io/library/`) is spelled out. */
export interface ImageReference {
  readonly registry: string;
  readonly path: string;
  /** `registry/path`, as `docker.io/library/nginx`. */
  readonly repository: string;
  readonly tag: string | null;
  readonly digest: string | null;
  /** The reference as it was written. */
  readonly text: string;
}

export interface RepositoryName {
  readonly registry: string;
  readonly path: string;
}

export type ParsedReference =
  | { readonly ok: true; readonly value: ImageReference }
  | { readonly ok: false; readonly message: string };

/**
 * Reads an image reference by the grammar of distribution's reference package, which docker, containerd and the kubelet share:
 * `[registry/]path[:tag][@digest]`. The registry's name is lower-cased beyond that, since hosts are the same in any case and a
 * deny-list must not be evaded by `GHCR.IO`.
 */
export function parseReference(text: string): ParsedReference {
  const refuse = (message: string): ParsedReference => ({ ok: false, message });
  const shown = JSON.stringify(text);

  if (text === '') return refuse('the image reference is empty');
  if (/\s/.test(text)) return refuse(`the image reference ${shown} contains white space`);
  if (/^(?:sha256:)?[0-9a-f]{64}$/.test(text)) {
    return refuse(`${shown} is an image ID, not a reference: write repository@sha256:… instead`);
  }

  const at = text.indexOf('@');
  const digest = at < 0 ? null : text.slice(at + 1);
  const { registry, rest } = splitRegistry(at < 0 ? text : text.slice(0, at));
  const colon = rest.indexOf(':');
  const tag = colon < 0 ? null : rest.slice(colon + 1);
  const path = colon < 0 ? rest : rest.slice(0, colon);

  if (!REGISTRY.test(registry)) {
    return refuse(
      `the image reference ${shown} names ${JSON.stringify(registry)}, which is no registry host`,
    );
  }
  if (/[A-Z]/.test(path)) {
    return refuse(
      `the repository ${JSON.stringify(path)} of ${shown} has upper-case letters: it must be lower-case`,
    );
  }
  if (!PATH.test(path)) {
    return refuse(
      `the repository ${JSON.stringify(path)} of ${shown} must be lower-case letters and digits, separated by '.', '_', '__', '-' or '/'`,
    );
  }
  if (path.length > PATH_LENGTH) {
    return refuse(
      `the repository of ${shown} has ${String(path.length)} characters; at most ${String(PATH_LENGTH)} are allowed`,
    );
  }
  if (tag !== null && !TAG.test(tag)) {
    return refuse(
      `the tag ${JSON.stringify(tag)} of ${shown} must be at most 128 letters, digits, '_', '.' and '-', and must not begin with '.' or '-'`,
    );
  }
  if (digest !== null && parseDigest(digest) === null) {
    return refuse(
      `the digest ${JSON.stringify(digest)} of ${shown} must be sha256: with 64, sha384: with 96 or sha512: with 128 lower-case hexadecimal characters`,
    );
  }
  return { ok: true, value: { registry, path, repository: `${registry}/${path}`, tag, digest, text } };
}

/** The reference spelled out: `docker.io/library/nginx:1.27`. A tag that is not written is not added. */
export function formatReference(reference: ImageReference): string {
  const tag = reference.tag === null ? '' : `:${reference.tag}`;
  const digest = reference.digest === null ? '' : `@${reference.digest}`;
  return `${reference.repository}${tag}${digest}`;
}

/** The tag that a runtime would pull: none beside a digest, `latest` where nothing is written. */
export function pullTag(reference: ImageReference): string | null {
  if (reference.digest !== null) return null;
  return reference.tag ?? 'latest';
}

/** Splits a full repository name, as `Registry` takes it, into host and path; `null` if it is none. */
export function parseRepository(repository: string): RepositoryName | null {
  const slash = repository.indexOf('/');
  const registry = repository.slice(0, Math.max(slash, 0));
  const path = repository.slice(slash + 1);
  return REGISTRY.test(registry) && PATH.test(path) && path.length <= PATH_LENGTH ? { registry, path } : null;
}

/** Whether a registry may be asked for this tag. */
export function isTag(text: string): boolean {
  return TAG.test(text);
}

/** distribution, reference/normalize.go: the first component is a registry if it looks like a host. */
function splitRegistry(name: string): { registry: string; rest: string } {
  const slash = name.indexOf('/');
  const first = name.slice(0, Math.max(slash, 0));
  const host = first.toLowerCase();
  // An upper-case namespace is none that a registry allows, so docker takes it for a host.
  const looksLikeHost = slash >= 0 && (host === 'localhost' || /[.:]/.test(first) || host !== first);
  if (!looksLikeHost) return onDockerHub(name);
  const rest = name.slice(slash + 1);
  return host === DOCKER_HUB || host === 'index.docker.io' ? onDockerHub(rest) : { registry: host, rest };
}

function onDockerHub(rest: string): { registry: string; rest: string } {
  return { registry: DOCKER_HUB, rest: rest.includes('/') ? rest : `library/${rest}` };
}
