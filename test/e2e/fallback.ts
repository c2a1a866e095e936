import { z } from 'zod';
import { type Client, INDEX } from '../../testdata/make/client.ts';

const Attached = z.looseObject({
  artifactType: z.string().optional(),
  annotations: z.record(z.string(), z.string()).optional(),
  subject: z.looseObject({ digest: z.string() }).optional(),
});
const FallbackIndex = z.looseObject({ manifests: z.array(z.looseObject({ digest: z.string() })) });

/** The tag that lists what refers to a digest (distribution-spec, "Referrers Tag Schema"). */
export function fallbackTag(digest: string): string {
  return digest.replace(':', '-');
}

/** Lists entries in a fallback index, after those that are there. */
export async function listReferrer(
  client: Client,
  repository: string,
  digest: string,
  entry: object,
): Promise<void> {
  const manifests = [...(await listed(client, repository, digest)), entry];
  const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests }));
  await client.pushManifest(repository, { mediaType: INDEX, bytes }, fallbackTag(digest));
}

/** A client that does what the specification asks of clients where the registry has no referrers API: it keeps the fallback index. */
export function withFallbackTags(client: Client): Client {
  return {
    ...client,
    async pushManifest(repository, manifest, tag) {
      const described = await client.pushManifest(repository, manifest, tag);
      const { subject, artifactType, annotations } = Attached.parse(JSON.parse(manifest.bytes.toString()));
      if (subject !== undefined)
        await listReferrer(client, repository, subject.digest, { ...described, artifactType, annotations });
      return described;
    },
    async referrers(repository, digest) {
      return (await listed(client, repository, digest)).map((entry) => entry.digest);
    },
  };
}

async function listed(
  client: Client,
  repository: string,
  digest: string,
): Promise<readonly { readonly digest: string }[]> {
  const tag = fallbackTag(digest);
  if (!(await client.tags(repository)).includes(tag)) return [];
  const { bytes } = await client.manifest(repository, tag);
  return FallbackIndex.parse(JSON.parse(bytes.toString())).manifests;
}
