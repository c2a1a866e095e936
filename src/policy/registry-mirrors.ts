import type { Mirror } from '../registry/mirrors.ts';
import { parseReference } from '../registry/reference.ts';
import type { Known } from './known.ts';
import type { OpenPolicy } from './policy-file.ts';

/** Reads where registries are mirrored; `seen` are the mirrors of the files before. */
export function readMirrors(open: OpenPolicy, seen: readonly Mirror[], { report }: Known): Mirror[] {
  const mirrors: Mirror[] = [];
  for (const [index, entry] of (open.file.spec.registryMirrors ?? []).entries()) {
    const at = ['spec', 'registryMirrors', index];
    const prefix = namespaceOf(entry.prefix);
    const mirror = namespaceOf(entry.mirror);
    if (prefix === null) report(open, [...at, 'prefix'], noNamespace(entry.prefix), REMEDY);
    if (mirror === null) report(open, [...at, 'mirror'], noNamespace(entry.mirror), REMEDY);
    if (prefix === null || mirror === null) continue;
    if (prefix === mirror) report(open, [...at, 'mirror'], 'is what it mirrors; name another registry');
    if ([...seen, ...mirrors].some((one) => one.prefix === prefix && one.mirror === mirror))
      report(open, at, `names ${mirror} as a mirror of ${prefix} a second time; leave one of them out`);
    mirrors.push({ prefix, mirror, tags: entry.pullFromMirror === 'all' });
  }
  return mirrors;
}

const REMEDY = 'write host, host:port or host/namespace, as ghcr.io or mirror.local:5000/ghcr.io';

function noNamespace(text: string): string {
  return `${JSON.stringify(text)} names no registry, and no namespace or repository of one`;
}

/** A registry, a namespace or a repository as references spell it out, or `null` if it is none; `acme` alone would be Docker Hub's. */
function namespaceOf(text: string): string | null {
  const below = '/x/y';
  const parsed = parseReference(`${text}${below}`);
  if (!parsed.ok || parsed.value.tag !== null || parsed.value.digest !== null) return null;
  const name = parsed.value.repository.slice(0, -below.length);
  const implied = parsed.value.registry === 'docker.io' && !/^(?:index\.)?docker\.io(?:\/|$)/i.test(text);
  return implied ? null : name;
}
