import { describe, expect, it } from 'vitest';
import type { Workload } from '../workloads/source.ts';
import { BARE, referenced, workload } from './judged-image.fixture.ts';
import { compileMatch } from './match.ts';
import type { RuleFile } from './schema.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;

function matched(
  match: Partial<RuleFile['match']>,
  where: Workload = workload(),
  text = 'ghcr.io/acme/app:v1',
): readonly string[] | null {
  const scope = { image: referenced(text).reference, containerType: 'container' as const, workload: where };
  return compileMatch({ images: ['**'], ...match })(scope);
}

const MATCHES: readonly string[] = [];

describe('match', () => {
  it.each<[string, Partial<RuleFile['match']>, Partial<Workload>, boolean]>([
    ['everything by default', {}, {}, true],
    ['an image', { images: ['ghcr.io/acme/*'] }, {}, true],
    ['no other image', { images: ['ghcr.io/other/*'] }, {}, false],
    ['no image that is excluded', { images: ['!ghcr.io/acme/*'] }, {}, false],
    ['a namespace', { namespaces: ['sh*'] }, {}, true],
    ['no other namespace', { namespaces: ['prod'] }, {}, false],
    ['a namespace that is not excluded', { namespaces: ['!kube-*'] }, {}, true],
    ['no namespace that is excluded', { namespaces: ['!kube-*'] }, { namespace: 'kube-system' }, false],
    ['a cluster', { clusters: ['prod-*'] }, { cluster: 'prod-eu' }, true],
    ['no other cluster', { clusters: ['prod-*'] }, { cluster: 'test' }, false],
    ['the top owner', { kinds: ['Deployment'] }, {}, true],
    ['what stands between owner and pod', { kinds: ['ReplicaSet'] }, {}, true],
    ['the job of a cron job', { kinds: ['Job'] }, { kind: 'CronJob' }, true],
    ['the pod of anything', { kinds: ['Pod'] }, { kind: 'StatefulSet' }, true],
    ['no other kind', { kinds: ['StatefulSet'] }, {}, false],
    ['no excluded owner', { kinds: ['!Deployment'] }, {}, false],
    ['an owner whose pod is excluded', { kinds: ['!Pod'] }, {}, true],
    ['an owner whose job is excluded', { kinds: ['!Job'] }, { kind: 'CronJob' }, true],
    ['labels', { selector: { matchLabels: { tier: 'prod' } } }, {}, true],
    ['no other label', { selector: { matchLabels: { tier: 'test' } } }, {}, false],
    ['no label that the template lacks', { selector: { matchLabels: { team: 'a' } } }, {}, false],
    ['no label of the name of a built-in', { selector: { matchLabels: { constructor: 'a' } } }, {}, false],
    ['only where all parts match', { namespaces: ['shop'], kinds: ['Job'] }, {}, false],
  ])('takes %s', (_name, match, where, expected) => {
    expect(matched(match, workload(where))).toEqual(expected ? MATCHES : null);
  });

  it.each<[string, Partial<RuleFile['match']>, Workload, string[]]>([
    ['namespace', { namespaces: ['prod'] }, BARE, ['namespace']],
    ['excluded namespace', { namespaces: ['!prod'] }, BARE, ['namespace']],
    ['kind', { kinds: ['Job'] }, BARE, ['kind']],
    ['labels', { selector: { matchLabels: { a: 'b' } } }, BARE, ['labels']],
    ['cluster of a manifest', { clusters: ['prod'] }, workload(), ['cluster']],
    ['namespace and kind together', { namespaces: ['x'], kinds: ['Job'] }, BARE, ['namespace', 'kind']],
  ])('takes what it cannot know for a match, and says so: %s', (_name, match, where, assumed) => {
    expect(matched(match, where)).toEqual(assumed);
  });

  it.each([
    ['a tag that is not written', ['**:v1'], `ghcr.io/acme/app@${DIGEST}`, ['tag or digest']],
    ['a digest that is not written', [`**@${DIGEST}`], 'ghcr.io/acme/app:v1', ['tag or digest']],
    ['an excluded tag that is not written', ['!**:dev'], `ghcr.io/acme/app@${DIGEST}`, MATCHES],
    ['an excluded tag that is written', ['!**:dev'], 'ghcr.io/acme/app:dev', null],
  ])('never lets %s take an image out of a rule', (_name, images, text, expected) => {
    expect(matched({ images }, workload(), text)).toEqual(expected);
  });
});
