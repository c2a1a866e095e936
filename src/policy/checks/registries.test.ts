import { describe, expect, it } from 'vitest';
import { definitions, NOW, referenced } from '../judged-image.fixture.ts';
import type { RegistriesFile } from '../schema.ts';
import { registriesCheck } from './registries.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;

function reason(registries: RegistriesFile, text: string): string | undefined {
  const rule = { name: 'a', match: { images: ['**'] }, enforcement: 'enforce' as const, registries };
  return registriesCheck.compile(rule, definitions())?.(referenced(text), NOW).reason;
}

describe('registries', () => {
  it.each<[string, RegistriesFile, string, string]>([
    ['on the allow-list', { allow: ['ghcr.io/acme/**'] }, 'ghcr.io/acme/app:v1', 'RegistryAllowed'],
    ['not on it', { allow: ['ghcr.io/acme/**'] }, 'quay.io/acme/app:v1', 'RegistryNotAllowed'],
    ['a host that goes on', { allow: ['ghcr.io/**'] }, 'ghcr.io.evil.example/app', 'RegistryNotAllowed'],
    ['Docker Hub, not spelled out', { allow: ['docker.io/library/**'] }, 'nginx', 'RegistryAllowed'],
    [
      'Docker Hub under another name',
      { deny: ['docker.io/**'] },
      'index.docker.io/library/nginx',
      'RegistryDenied',
    ],
    ['an upper-case host', { deny: ['ghcr.io/**'] }, 'GHCR.IO/acme/app', 'RegistryDenied'],
    [
      'on both lists',
      { allow: ['ghcr.io/**'], deny: ['ghcr.io/evil/**'] },
      'ghcr.io/evil/app',
      'RegistryDenied',
    ],
    [
      'excluded from the allow-list',
      { allow: ['ghcr.io/**', '!ghcr.io/evil/**'] },
      'ghcr.io/evil/app',
      'RegistryNotAllowed',
    ],
    ['an allow-list of only excludes', { allow: ['!docker.io/**'] }, 'ghcr.io/acme/app', 'RegistryAllowed'],
    [
      'an allow-list of only excludes, one of them',
      { allow: ['!docker.io/**'] },
      'nginx',
      'RegistryNotAllowed',
    ],
    ['only a deny-list, not on it', { deny: ['docker.io/**'] }, 'ghcr.io/acme/app', 'RegistryAllowed'],
    [
      'excluded from the deny-list',
      { deny: ['docker.io/**', '!docker.io/library/**'] },
      'nginx',
      'RegistryAllowed',
    ],
    ['a deny-list of only excludes', { deny: ['!ghcr.io/acme/**'] }, 'quay.io/acme/app', 'RegistryDenied'],
    [
      'a deny-list of only excludes, one of them',
      { deny: ['!ghcr.io/acme/**'] },
      'ghcr.io/acme/app',
      'RegistryAllowed',
    ],
    ['an empty deny-list', { allow: ['**'], deny: [] }, 'nginx', 'RegistryAllowed'],
    ['a port', { allow: ['localhost:5000/**'] }, 'localhost:5000/app:v1', 'RegistryAllowed'],
    ['another port', { allow: ['localhost:5000/**'] }, 'localhost:5001/app:v1', 'RegistryNotAllowed'],
    ['an allowed tag', { allow: ['ghcr.io/acme/app:v*'] }, 'ghcr.io/acme/app:v1', 'RegistryAllowed'],
    [
      'an allowed tag, not written',
      { allow: ['ghcr.io/acme/app:v*'] },
      `ghcr.io/acme/app@${DIGEST}`,
      'RegistryNotAllowed',
    ],
    ['a denied tag, not written', { deny: ['**:dev'] }, `ghcr.io/acme/app@${DIGEST}`, 'RegistryDenied'],
    [
      'an excluded tag, not written',
      { allow: ['**', '!**:dev'] },
      `ghcr.io/acme/app@${DIGEST}`,
      'RegistryNotAllowed',
    ],
    [
      'a tag that takes something from a deny-list, not written',
      { deny: ['**', '!**:v1'] },
      `ghcr.io/app@${DIGEST}`,
      'RegistryDenied',
    ],
  ])('%s', (_name, registries, text, expected) => {
    expect(reason(registries, text)).toBe(expected);
  });

  it('asks nothing where the rule says nothing', () => {
    const rule = { name: 'a', match: { images: ['**'] }, enforcement: 'enforce' as const };
    expect(registriesCheck.compile(rule, definitions())).toBeNull();
  });
});
