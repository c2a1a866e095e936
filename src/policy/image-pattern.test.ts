import { describe, expect, it } from 'vitest';
import { parseReference } from '../registry/reference.ts';
import { imagePattern, type Unknown } from './image-pattern.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;

function matches(pattern: string, text: string, unknown: Unknown): boolean {
  const reference = parseReference(text);
  if (!reference.ok) throw new Error(reference.message);
  return imagePattern(pattern, unknown)(reference.value);
}

describe('image pattern', () => {
  it.each([
    ['a repository under any tag', 'ghcr.io/acme/app', 'ghcr.io/acme/app:v1', true],
    ['a repository below a glob', 'ghcr.io/acme/**', 'ghcr.io/acme/team/app', true],
    ['another registry whose name goes on', 'ghcr.io/**', 'ghcr.io.evil.example/acme/app', false],
    ['Docker Hub spelled out', 'docker.io/library/*', 'nginx:1.27', true],
    ['Docker Hub under its short name', 'nginx', 'nginx', false],
    ['a tag', '**:latest', 'ghcr.io/acme/app:latest', true],
    ['another tag', '**:latest', 'ghcr.io/acme/app:v1', false],
    ['a tag glob', 'ghcr.io/acme/app:v*', 'ghcr.io/acme/app:v1', true],
    ['a port, which is no tag', 'localhost:5000/**', 'localhost:5000/app:v1', true],
    ['another port', 'localhost:5000/**', 'localhost:5001/app:v1', false],
    ['a port and a tag', 'localhost:5000/app:v1', 'localhost:5000/app:v2', false],
    ['a digest', `**@${DIGEST}`, `ghcr.io/acme/app@${DIGEST}`, true],
    ['another digest', `**@sha256:${'b'.repeat(64)}`, `ghcr.io/acme/app@${DIGEST}`, false],
    ['tag and digest together', `**:v1@${DIGEST}`, `ghcr.io/acme/app:v1@${DIGEST}`, true],
    ['a digest beside another tag', `**:v1@${DIGEST}`, `ghcr.io/acme/app:v2@${DIGEST}`, false],
  ])('reads %s', (_name, pattern, text, expected) => {
    expect(matches(pattern, text, 'differs')).toBe(expected);
    expect(matches(pattern, text, 'matches')).toBe(expected);
  });

  it.each([
    ['a tag pattern and no tag', '**:v1', `ghcr.io/acme/app@${DIGEST}`],
    ['a tag pattern and neither tag nor digest', '**:v1', 'ghcr.io/acme/app'],
    ['a digest pattern and no digest', `**@${DIGEST}`, 'ghcr.io/acme/app:v1'],
  ])('lets the caller decide on %s', (_name, pattern, text) => {
    expect(matches(pattern, text, 'matches')).toBe(true);
    expect(matches(pattern, text, 'differs')).toBe(false);
  });
});
