import { isDeepStrictEqual } from 'node:util';
import type { ApplicationSource } from './application.ts';

/**
 * Whether Argo CD renders the same of two sources at the same revision: all that they say but the revision, which is pinned
 * whenever they are rendered. One may come from Go, which leaves out what is empty, and the other from whoever wrote the Application.
 */
export function rendersAlike(one: ApplicationSource, other: ApplicationSource): boolean {
  return isDeepStrictEqual(said({ ...one, targetRevision: '' }), said({ ...other, targetRevision: '' }));
}

/** A value without what Go's `omitempty` leaves out; undefined where nothing is left. */
function said(value: unknown): unknown {
  if (value === null || value === '' || value === false || value === 0) return undefined;
  if (Array.isArray(value)) return value.length === 0 ? undefined : value.map((item) => said(item) ?? null);
  if (typeof value !== 'object') return value;
  const fields = Object.entries(value).flatMap(([name, field]) => {
    const kept = said(field);
    return kept === undefined ? [] : [[name, kept] as const];
  });
  return fields.length === 0 ? undefined : Object.fromEntries(fields);
}

/** Where a source is, in words: `https://git.example/shop.git, path overlays/prod`. */
export function describeSource({ repoURL, path, chart, ref }: ApplicationSource): string {
  const parts = [
    repoURL,
    ...(chart === '' ? [] : [`chart ${chart}`]),
    ...(path === '' ? [] : [`path ${path}`]),
    ...(ref === '' ? [] : [`ref ${ref}`]),
  ];
  return parts.join(', ');
}

const COMMIT = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;
const DIGEST = /^sha256:[0-9a-f]{64}$/;
/** What stands in a range of chart versions and in no version. */
const RANGE = /[\s*<>=^~|,]|\b[xX]\b/;

/**
 * Whether a revision names one thing for ever: a commit of Git, the digest of an OCI artifact, a version of a chart. A branch or tag
 * stands in an operation that is not resolved yet.
 */
export function isResolved({ repoURL, chart }: ApplicationSource, revision: string): boolean {
  if (chart !== '') return revision !== '' && !RANGE.test(revision);
  return repoURL.startsWith('oci://') ? DIGEST.test(revision) : COMMIT.test(revision);
}
