import { eachDocument } from './document.ts';
import type { DocumentFault } from './document.ts';
import { renderKustomization } from './kustomize.ts';
import { manifestFiles } from './manifest-files.ts';
import { readManifestFile, readManifestStream } from './manifest-text.ts';
import { isUrl, readManifestUrl } from './manifest-url.ts';
import { whole } from './place.ts';
import { NOTHING, discovered, joined, onlyGap } from './reading.ts';
import type { Reading } from './reading.ts';
import type { Gap, WorkloadSource } from './source.ts';
import { readWorkloads } from './workload.ts';

export interface ManifestOptions {
  /** Files, directories, URLs, or "-" for standard input. */
  readonly paths: readonly string[];
  /** A directory with a kustomization, which kubectl renders. */
  readonly kustomize?: string | null;
  /** Whether subdirectories are read as well. */
  readonly recursive: boolean;
  /** Asked for at most once, and only where "-" is among the paths. */
  readonly stdin: () => AsyncIterable<Uint8Array>;
  /** The namespace of objects that name none; null stands for "default". */
  readonly namespace: string | null;
}

/** Files are small, and most of their time is waiting for the system. */
const FILES_AT_ONCE = 16;

/** Workloads from rendered manifests. What is wrong in one document, file or directory hides nothing of the others. */
export function createManifestSource(options: ManifestOptions): WorkloadSource {
  return {
    kind: 'manifests',
    async discover() {
      const namespace = options.namespace ?? 'default';
      const parts: Reading[] = [];
      const { kustomize = null } = options;
      if (kustomize !== null)
        parts.push(readManifest(kustomize, await renderKustomization(kustomize), namespace));
      for (const path of new Set(options.paths)) {
        if (path === '-') {
          parts.push(readManifest(path, await readManifestStream(path, options.stdin()), namespace));
          continue;
        }
        if (isUrl(path)) {
          const { name, text } = await readManifestUrl(path);
          parts.push(readManifest(name, text, namespace));
          continue;
        }
        const { files, gaps } = await manifestFiles(path, options.recursive);
        for (let from = 0; from < files.length; from += FILES_AT_ONCE) {
          const texts = files
            .slice(from, from + FILES_AT_ONCE)
            .map(async (file) => [file, await readManifestFile(file)] as const);
          for (const [file, text] of await Promise.all(texts))
            parts.push(readManifest(file, text, namespace));
        }
        parts.push({ ...NOTHING, gaps });
      }
      return discovered(joined(parts));
    },
  };
}

function readManifest(file: string, text: string | Gap, namespace: string): Reading {
  if (typeof text !== 'string') return onlyGap(text);
  const parts: Reading[] = [];
  for (const document of eachDocument(text, file)) {
    if ('message' in document) parts.push(onlyGap(unparsed(file, document)));
    else parts.push(readWorkloads(whole(document), namespace));
  }
  return joined(parts);
}

/** Limits on documents count as wrong input too: only a document built to exhaust its reader meets them. */
function unparsed(file: string, { line, column, reason, message }: DocumentFault): Gap {
  return {
    scope: 'file',
    name: file,
    cluster: null,
    wrongInput: true,
    reason,
    message: `${file}:${line}:${column}: ${message}`,
    remediation: 'correct the document; the others of the file were read',
  };
}
