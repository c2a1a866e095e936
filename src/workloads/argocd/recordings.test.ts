import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseApplication } from './application.ts';
import type { HookPod } from './hook-pod.ts';
import { operationOf } from './operation.ts';

const FOLDER = 'testdata/argocd';
const POD = pod('pod-supplychain-gate');

function pod(name: string): HookPod {
  return { name, namespace: 'supplychain-gate' };
}

/** What a gate makes of an Application as a real Argo CD shows it (test/argocd/record.ts). */
function seen(file: string, of: HookPod | null) {
  const parsed = parseApplication(JSON.parse(readFileSync(`${FOLDER}/${file}.json`, 'utf8')), file);
  if (!parsed.ok) throw new Error(parsed.fault.message);
  return operationOf(parsed.value, of);
}

const generated = 'generated-name';
function generatedPod(): HookPod {
  const state = seen(generated, null);
  if (state.state !== 'running') throw new Error(state.state);
  return pod(`gate-made-${state.operation.postfix}`);
}

describe('a sync as Argo CD shows it', () => {
  it.each<[string, HookPod, string]>([
    ['begun', POD, 'waiting'],
    ['pod', POD, 'running'],
    ['pod', pod('job-supplychain-gate'), 'waiting'],
    ['failed', POD, 'waiting'],
    ['job', pod('job-supplychain-gate-abcde'), 'running'],
    [generated, generatedPod(), 'running'],
    ['terminating', generatedPod(), 'refused'],
    ['several-sources', pod('many-supplychain-gate'), 'running'],
    ['waits-for-retry', pod('again-supplychain-gate'), 'waiting'],
    ['retried', pod('again-supplychain-gate'), 'running'],
    ['local', pod('local-supplychain-gate'), 'running'],
    ['selective', pod('local-supplychain-gate'), 'waiting'],
  ])('%s: %#', (file, of, expected) => {
    expect(seen(file, of).state).toBe(expected);
  });

  it('has in the name of a hook what the gate expects', () => {
    expect(seen(generated, generatedPod())).toMatchObject({
      operation: { gate: { name: generatedPod().name } },
    });
  });

  it('has a revision for each of several sources, and none for all of them', () => {
    expect(seen('several-sources', pod('many-supplychain-gate'))).toMatchObject({
      operation: {
        postfix: expect.stringMatching(/^-presync-\d{10}$/) as string,
        sources: [
          {
            source: 'file:///repositories/many, path app',
            revision: expect.stringMatching(/^[0-9a-f]{40}$/) as string,
          },
          {
            source: 'file:///repositories/platform, path gate',
            revision: expect.stringMatching(/^[0-9a-f]{40}$/) as string,
          },
        ],
      },
    });
  });

  it("of somebody's own files has them, and no revision", () => {
    const state = seen('local', pod('local-supplychain-gate'));
    expect(state).toMatchObject({ operation: { sources: [], localManifests: { length: 2 } } });
  });

  it('was recorded at every moment that is told of here', () => {
    expect(readdirSync(FOLDER)).toHaveLength(11);
  });
});
