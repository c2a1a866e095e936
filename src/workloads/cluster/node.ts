import { z } from 'zod';

const nodeSchema = z.looseObject({
  metadata: z.looseObject({ name: z.string().min(1) }),
  status: z.looseObject({
    nodeInfo: z.looseObject({ operatingSystem: z.string().min(1), architecture: z.string().min(1) }),
  }),
});

/** A node's name and its platform, as the kubelet reports it; null where it does not. */
export function readPlatform(object: unknown): [node: string, platform: string] | null {
  const parsed = nodeSchema.safeParse(object);
  if (!parsed.success) return null;
  const { operatingSystem, architecture } = parsed.data.status.nodeInfo;
  return [parsed.data.metadata.name, `${operatingSystem}/${architecture}`];
}
