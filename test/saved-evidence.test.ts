import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { type AuditJob, audit } from '../src/audit.ts';
import { COLLECTORS } from '../src/evidence/collectors.ts';
import { loadPolicy } from '../src/policy/load.ts';
import { ok } from '../src/reasons.ts';
import { openLayout } from '../src/registry/layout.ts';
import { writeLayout } from '../src/registry/layout-writer.ts';
import { recordRegistry } from '../src/registry/recording.ts';
import type { Registry } from '../src/registry/registry.ts';
import { publicGoodRoot } from '../src/verify/public-good.ts';
import { createInventorySource, inventoryOf } from '../src/workloads/inventory.ts';
import { createManifestSource } from '../src/workloads/manifests.ts';
import type { WorkloadSource } from '../src/workloads/source.ts';

/** As a report is read on either side of an air gap: all of it but `metadata`. */
async function report(source: WorkloadSource, registry: Registry): Promise<string> {
  const path = 'testdata/policy.yaml';
  const files = [{ path, bytes: readFileSync(path) }];
  const loaded = loadPolicy(files, [publicGoodRoot()], (file) => ok(readFileSync(file)));
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.errors));
  const now = new Date('2030-01-01T00:00:00Z');
  const job: AuditJob = {
    source,
    registry,
    collectors: COLLECTORS,
    policy: loaded.policy,
    trust: loaded.policy.trust,
    revocation: null,
    platform: null,
    concurrency: 4,
    timeout: 30_000,
    failOn: 'unknown',
    generatedAt: now,
    judgedAt: now,
    tool: 'test',
  };
  return JSON.stringify({ ...(await audit(job)), metadata: null }, null, 1);
}

const manifests = () =>
  createManifestSource({
    paths: ['testdata/manifests'],
    recursive: false,
    namespace: null,
    stdin: () => {
      throw new Error('nothing is read from standard input');
    },
  });

async function open(directory: string) {
  const layout = await openLayout(directory);
  if (!layout.ok) throw new Error(layout.fault.message);
  return layout.value;
}

const directories: string[] = [];
afterEach(() => {
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true });
});

it('an audit from saved evidence and saved workloads is byte-equal to the one that saved them', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'evidence-'));
  directories.push(directory);
  const recorder = recordRegistry(await open('testdata/layout'), () => new Date('2026-11-01T00:00:00Z'));
  const first = await report(manifests(), recorder.registry);
  const inventory = inventoryOf('manifests', await manifests().discover());
  const written = await writeLayout(directory, recorder.recorded(), inventory, 'test');
  expect(written).toMatchObject({ ok: true });

  const saved = await open(directory);
  const source = createInventorySource(saved.inventory);
  if ('invalid' in source) throw new Error(source.invalid);
  expect(await report(source, saved)).toBe(first);
  expect(first).toContain('"SignatureVerified"');
  expect(first).toContain('"NotInEvidence"');
});
