import { z } from 'zod';
import type { GitHubRun, Source } from './provenance.ts';
import { normaliseSource } from './source-uri.ts';

/** A DigestSet: algorithms and hex (in-toto/attestation, spec/v1/digest_set.md). */
export const digestSet = z.record(z.string(), z.string()).nullish();

/** A time in a provenance's metadata. One that is none makes the document unreadable: ages are counted from it. */
export const instant = z.iso
  .datetime({ offset: true })
  .nullish()
  .transform((value) => (value === null || value === undefined ? null : new Date(value)));

/** An artifact that a build used: a material, or a resource descriptor. */
export const artifact = z.object({
  name: z.string().nullish(),
  uri: z.string().nullish(),
  digest: digestSet,
});

export type Artifact = z.output<typeof artifact>;

/** An artifact as a source; none without a URI. */
export function asSource({ uri, digest }: Pick<Artifact, 'uri' | 'digest'>): readonly Source[] {
  return uri ? [{ uri, digest: digestText(digest) }] : [];
}

/** The digest under which the build's artifacts have this source, where the source itself has none. */
export function withDigest(source: Source, artifacts: readonly Artifact[]): Source {
  if (source.digest !== null) return source;
  const repository = normaliseSource(source.uri);
  const same = artifacts.find(({ uri }) => uri && normaliseSource(uri) === repository);
  return { ...source, digest: digestText(same?.digest) };
}

/** One digest of a set as text. `sha1` of a source is its git commit, as `gitCommit` is. */
function digestText(digest: z.output<typeof digestSet>): string | null {
  const commit = digest?.['gitCommit'] ?? digest?.['sha1'];
  if (commit) return `gitCommit:${commit}`;
  const [first] = Object.entries(digest ?? {});
  return first ? `${first[0]}:${first[1]}` : null;
}

/** Nothing is known of a GitHub Actions run. */
export const NO_RUN: GitHubRun = {
  repositoryId: null,
  ownerId: null,
  trigger: null,
  runnerEnvironment: null,
};
