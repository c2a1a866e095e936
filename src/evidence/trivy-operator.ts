import { z } from 'zod';
import type { ClusterApi } from '../cluster/api.ts';
import { listObjects } from '../cluster/list.ts';
import { CLUSTER_PAGE_BYTES, EVIDENCE_BYTES } from '../limits.ts';
import type { Fault } from '../reasons.ts';
import type { Registry } from '../registry/registry.ts';
import type { Collected, Collector, Evidence } from './collector.ts';
import { ownSbom, unreadSbom } from './own-sbom.ts';

const GROUP = '/apis/aquasecurity.github.io/v1alpha1';

/** What of an SbomReport says whose it is; `report.components` is a CycloneDX document. */
const reportSchema = z.looseObject({
  metadata: z.looseObject({ name: z.string(), namespace: z.string().optional() }),
  report: z.looseObject({ artifact: z.looseObject({ digest: z.string() }) }),
});
const contentSchema = z.looseObject({ report: z.looseObject({ components: z.looseObject({}) }) });

export interface TrivyOperatorOptions {
  readonly api: ClusterApi;
  /** null for those of all namespaces. */
  readonly namespace: string | null;
  /** Told of what could not be read, in a sentence: an SBOM that is not there is missing anyway. */
  readonly onPassedOver: (message: string) => void;
}

/**
 * The SBOMs that Trivy Operator keeps in the cluster as SbomReports and ClusterSbomReports, by the digest of their image.
 * Whoever may write such an object can write anything into it: nobody has signed them. They are listed once, when the first
 * image is asked for; of each only its name is kept, and what it holds is asked for when its image comes.
 */
export function trivyOperator(options: TrivyOperatorOptions): Collector {
  let paths: Promise<ReadonlyMap<string, readonly string[]>> | null = null;
  return {
    name: 'Trivy Operator',
    outside: 'trivyOperator',
    async collect(registry, repository, digest): Promise<Collected> {
      paths ??= listed(options);
      const known = await paths;
      const names = known.size === 0 ? [] : await namesOf(registry, repository, digest);
      const found = names.flatMap((name) => known.get(name) ?? []);
      const read = await Promise.all(found.map((path) => evidenceAt(path, digest, options)));
      return { evidence: read, faults: [] };
    },
  };
}

/**
 * What a report calls the image: the digest that its workload names, or the image ID, which is the digest of its configuration
 * (image-spec, config.md), where the workload names a tag alone.
 */
async function namesOf(registry: Registry, repository: string, digest: string): Promise<readonly string[]> {
  const manifest = await registry.manifest(repository, digest);
  // That the image itself cannot be had was found when it was resolved.
  const content = manifest.ok ? manifest.value?.content : undefined;
  return content?.kind === 'manifest' ? [digest, content.config.digest] : [digest];
}

/** Where the reports of each image are. A cluster without the operator has none. */
async function listed({ api, namespace, onPassedOver }: TrivyOperatorOptions) {
  const paths = new Map<string, string[]>();
  // Everybody who is logged in may ask which groups are served; who may not list them is refused even what is not there.
  const served = await api.get({ path: GROUP, limit: CLUSTER_PAGE_BYTES });
  if (!served.ok && served.status === 404) return paths;
  const scope = namespace === null ? '' : `/namespaces/${namespace}`;
  for (const [path, plural] of [
    [`${GROUP}${scope}/sbomreports`, 'sbomreports'],
    [`${GROUP}/clustersbomreports`, 'clustersbomreports'],
  ] as const) {
    const { items, fault } = await listObjects(api, { path }, (object) => nameOf(object, plural));
    for (const item of items) {
      if (item === null) continue;
      const known = paths.get(item.digest);
      if (known) known.push(item.path);
      else paths.set(item.digest, [item.path]);
    }
    if (fault && fault.status !== 404) onPassedOver(said(plural, fault));
  }
  return paths;
}

function nameOf(object: unknown, plural: string): { readonly digest: string; readonly path: string } | null {
  const parsed = reportSchema.safeParse(object);
  if (!parsed.success) return null;
  const { metadata, report } = parsed.data;
  const scope =
    metadata.namespace === undefined ? '' : `/namespaces/${encodeURIComponent(metadata.namespace)}`;
  return {
    digest: report.artifact.digest,
    path: `${GROUP}${scope}/${plural}/${encodeURIComponent(metadata.name)}`,
  };
}

async function evidenceAt(
  path: string,
  subject: string,
  { api, onPassedOver }: TrivyOperatorOptions,
): Promise<Evidence> {
  const answer = await api.get({ path, limit: EVIDENCE_BYTES });
  const place = { subject, location: `${api.host}${path}`, origin: `Trivy Operator report ${nameIn(path)}` };
  if (!answer.ok) {
    onPassedOver(said(path, answer.fault));
    return unreadSbom(place, answer.fault.message);
  }
  const content = contentSchema.safeParse(answer.value);
  // A report about the image that holds no document is an SBOM that cannot be read, which is told where it is judged.
  const bytes = Buffer.from(JSON.stringify(content.success ? content.data.report.components : null));
  return ownSbom(place, bytes);
}

/** `NAMESPACE/NAME`, or `NAME` of the whole cluster. */
function nameIn(path: string): string {
  const [, namespace, name = ''] = /(?:\/namespaces\/([^/]+))?\/[^/]+\/([^/]+)$/.exec(path) ?? [];
  return [namespace, name].flatMap((part) => (part === undefined ? [] : decodeURIComponent(part))).join('/');
}

function said(what: string, { message }: Fault): string {
  return `Trivy Operator's ${what} could not be read: ${message}`;
}
