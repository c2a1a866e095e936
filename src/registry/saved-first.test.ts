import { describe, expect, it } from 'vitest';
import { failed, ok, type Outcome, type Reason } from '../reasons.ts';
import type { Registry } from './registry.ts';
import { savedFirst } from './saved-first.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;
const DESCRIPTOR = { mediaType: 'x/y', digest: DIGEST, size: 1 };

/** Says the same to every question. */
function saying(outcome: Outcome<never> | Outcome<null>, name: string) {
  const asked: string[] = [];
  const answer = (question: string) => {
    asked.push(question);
    return Promise.resolve(outcome as Outcome<never>);
  };
  let closed = false;
  const registry: Registry = {
    tag: () => answer('tag'),
    manifest: () => answer('manifest'),
    referrers: () => answer('referrers'),
    blob: () => answer('blob'),
    hosts: () => [name],
    close: () => {
      closed = true;
      return Promise.resolve();
    },
  };
  return { registry, asked, isClosed: () => closed };
}

const fault = (reason: Reason) => failed(reason, 'no');

describe('saved evidence before registries', () => {
  it.each<[string, Outcome<null> | Outcome<never>, number]>([
    ['what was saved', ok(null), 0],
    ['what could not be had then', fault('RegistryUnreachable'), 0],
    ['what is damaged', fault('EvidenceDamaged'), 0],
    ['what was not asked then', fault('NotInEvidence'), 4],
  ])('answers %s', async (_, outcome, questions) => {
    const [saved, live] = [saying(outcome, 'saved'), saying(ok(null), 'live')];
    const registry = savedFirst(saved.registry, live.registry);
    const answers = [
      await registry.tag('ghcr.io/acme/cart', 'v1'),
      await registry.manifest('ghcr.io/acme/cart', DIGEST),
      await registry.referrers('ghcr.io/acme/cart', DIGEST),
      await registry.blob('ghcr.io/acme/cart', DESCRIPTOR, 10),
    ];
    expect(answers).toEqual(answers.map(() => (questions === 0 ? outcome : ok(null))));
    expect(live.asked).toHaveLength(questions);
    expect(registry.hosts()).toEqual(['live']);
    await registry.close();
    expect([saved.isClosed(), live.isClosed()]).toEqual([true, true]);
  });
});
