import { createImageSource } from '../src/workloads/images.ts';
import { createManifestSource } from '../src/workloads/manifests.ts';
import type { WorkloadSource } from '../src/workloads/source.ts';
import { type Io, UsageError } from './command.ts';

interface SourceFlags {
  readonly filename: readonly string[];
  readonly kustomize?: string | undefined;
  readonly recursive: boolean;
  readonly namespace?: string | undefined;
}

/** What `policy explain` and `policy init` look at: images in words, or manifests. Throws `UsageError`. */
export function sourceOf(
  command: string,
  words: readonly string[],
  { filename, kustomize, recursive, namespace }: SourceFlags,
  io: Io,
): WorkloadSource {
  const named = [words.length > 0, filename.length > 0, kustomize !== undefined].filter(Boolean).length;
  if (named === 0) throw new UsageError(`name an image, or manifests with -f: ${command} IMAGE... | -f FILE`);
  if (named > 1) throw new UsageError(`${command} takes images, -f or -k, and only one of them`);
  if (words.length > 0) return createImageSource(words);
  return createManifestSource({
    paths: filename,
    kustomize: kustomize ?? null,
    recursive,
    namespace: namespace ?? null,
    stdin: io.stdin,
  });
}
