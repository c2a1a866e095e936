import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { COLLECTORS } from '../src/evidence/collectors.ts';
import { gather } from '../src/evidence/gather.ts';
import { inMemoryRegistry } from '../src/evidence/in-memory-registry.fixture.ts';
import { writeLayout } from '../src/registry/layout-writer.ts';
import { recordRegistry } from '../src/registry/recording.ts';
import { parseReferences } from '../src/verified-images.ts';
import { inventoryOf } from '../src/workloads/inventory.ts';
import type { Workload } from '../src/workloads/source.ts';
import { WORKFLOW } from '../test/forge/certificate-authority.ts';
import { forge } from '../test/forge/forge.ts';

/** What is saved of a fleet: who asks it knows of each image who has signed and built it. */
export interface Fleet {
  readonly evidence: string;
  readonly trustedRoot: string;
  readonly bundles: number;
}

interface FleetSize {
  readonly workloads: number;
  readonly images: number;
  readonly namespaces: number;
}

const BUNDLE = 'application/vnd.dev.sigstore.bundle.v0.3+json';
const SLSA = 'https://slsa.dev/provenance/v1';
const SPDX = 'https://spdx.dev/Document';
const PACKAGES = 300;
/** Images have the packages of one of so many generations, each in versions of its own: 15,000 packages in all. */
const GENERATIONS = 50;

/**
 * Saves the evidence of workloads that run images by digest, each with provenance and an SPDX attestation of 300 packages (60 kB), signed
 * keylessly with an entry in Rekor v2 and a signed timestamp; and the workloads, as a cluster would be saved.
 */
export async function saveFleet(directory: string, size: FleetSize): Promise<Fleet> {
  const sigstore = forge();
  const registry = inMemoryRegistry();
  const digests = Array.from({ length: size.images }, (_, at) => {
    const repository = repositoryOf(at);
    const digest = registry.push(repository, {
      layers: [{ mediaType: 'application/vnd.oci.image.layer.v1.tar', text: `service ${at}` }],
      tag: 'v1',
    });
    const statements = [
      { predicateType: SLSA, predicate: provenance() },
      { predicateType: SPDX, predicate: spdx(`service-${at}`, at % GENERATIONS) },
    ];
    for (const statement of statements) {
      const { bytes } = sigstore.bundle({ ...statement, digest });
      registry.push(repository, {
        artifactType: BUNDLE,
        layers: [{ mediaType: BUNDLE, text: Buffer.from(bytes).toString('utf8') }],
        subject: digest,
      });
    }
    return digest;
  });
  const workloads = Array.from({ length: size.workloads }, (_, at) =>
    workloadOf(at, at % size.images, digests[at % size.images] ?? '', size.namespaces),
  );
  const recorder = recordRegistry(registry, () => new Date());
  await gather(parseReferences(workloads).valid, {
    registry: recorder.registry,
    collectors: COLLECTORS,
    platform: null,
    concurrency: 8,
    timeout: 600_000,
  });
  const evidence = join(directory, 'evidence');
  const inventory = inventoryOf('cluster', { workloads, gaps: [], clusters: ['bench'] });
  const saved = await writeLayout(evidence, recorder.recorded(), inventory, 'bench', {});
  if (!saved.ok) throw new Error(saved.fault.message);
  const trustedRoot = join(directory, 'trusted-root.json');
  writeFileSync(trustedRoot, sigstore.trustedRoot());
  return { evidence, trustedRoot, bundles: size.images * 2 };
}

function repositoryOf(at: number): string {
  return `registry.example.com/fleet/service-${at}`;
}

function workloadOf(at: number, image: number, digest: string, namespaces: number): Workload {
  const name = `service-${at}`;
  const reference = `${repositoryOf(image)}:v1`;
  return {
    cluster: 'bench',
    namespace: `team-${at % namespaces}`,
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    name,
    uid: `uid-${at}`,
    labels: { 'app.kubernetes.io/name': name, 'app.kubernetes.io/part-of': `team-${at % namespaces}` },
    templateLabels: { 'app.kubernetes.io/name': name },
    replicas: { desired: 1, running: 1 },
    state: 'running',
    location: null,
    containers: [
      {
        name: 'app',
        type: 'container',
        image: reference,
        field: 'spec.template.spec.containers[0].image',
        location: null,
        running: [
          {
            imageID: `${repositoryOf(image)}@${digest}`,
            digest,
            repository: repositoryOf(image),
            config: null,
            platform: 'linux/amd64',
            pods: 1,
            since: '2026-01-01T00:00:00Z',
          },
        ],
      },
    ],
  };
}

function provenance(): unknown {
  return {
    buildDefinition: {
      buildType: 'https://actions.github.io/buildtypes/workflow/v1',
      externalParameters: {},
      resolvedDependencies: [
        {
          uri: 'git+https://github.com/acme/app@refs/heads/main',
          digest: { gitCommit: 'a'.repeat(40) },
        },
      ],
    },
    runDetails: { builder: { id: WORKFLOW } },
  };
}

function spdx(name: string, generation: number): unknown {
  return {
    spdxVersion: 'SPDX-2.3',
    dataLicense: 'CC0-1.0',
    SPDXID: 'SPDXRef-DOCUMENT',
    documentNamespace: `https://sbom.example.com/${name}`,
    creationInfo: { created: '2026-01-01T00:00:00Z', creators: ['Tool: bench-1'] },
    name,
    packages: Array.from({ length: PACKAGES }, (_, at) => ({
      SPDXID: `SPDXRef-Package-${at}`,
      name: `package-${at}`,
      versionInfo: `1.${at}.${generation}`,
      externalRefs: [
        {
          referenceCategory: 'PACKAGE-MANAGER',
          referenceType: 'purl',
          referenceLocator: `pkg:npm/package-${at}@1.${at}.${generation}`,
        },
      ],
      downloadLocation: 'NOASSERTION',
      licenseConcluded: 'MIT',
    })),
  };
}
