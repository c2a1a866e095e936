import { z } from 'zod';

const childSchema = z.looseObject({
  apiVersion: z.templateLiteral(['argoproj.io/', z.string()]),
  kind: z.enum(['Application', 'ApplicationSet']),
  metadata: z.looseObject({ name: z.string(), namespace: z.string().optional() }),
});

/** An Application or ApplicationSet that an object is, as `Application/argocd/cart`: its own syncs are gated by its own hook, or by none. */
export function childOf(object: unknown, namespace: string): string | null {
  const parsed = childSchema.safeParse(object);
  if (!parsed.success) return null;
  const { kind, metadata } = parsed.data;
  return `${kind}/${metadata.namespace ?? namespace}/${metadata.name}`;
}
