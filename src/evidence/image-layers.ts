import { z } from 'zod';
import { CREATED_BY_CHARACTERS } from '../limits.ts';
import { failed, ok, type Outcome } from '../reasons.ts';
import { chainIds } from '../registry/chain-id.ts';
import { parseDigest } from '../registry/digest.ts';
import { parseReference } from '../registry/reference.ts';
import type { Platform, Registry } from '../registry/registry.ts';
import { fetchConfig } from './image-config.ts';

/** An image that is said to be the base of another. Anybody may say so: the layers of both prove it, or nothing does. */
export interface BaseHint {
  readonly repository: string;
  readonly digest: string;
}

/** The layers of one manifest of an image, from the bottom. */
export interface ImageLayers {
  readonly platform: Platform;
  readonly layers: readonly Layer[];
  readonly bases: readonly BaseHint[];
}

export interface Layer {
  /** The digest of its contents, whatever they are packed with (image-spec, config.md, "DiffID"). */
  readonly diffId: string;
  /** Under which the registry has it. */
  readonly digest: string;
  /** The step of the build that made it, as the builder says; null where it does not. */
  readonly createdBy: string | null;
}

/** From the bottom, by the digests of their contents (image-spec, config.md, "rootfs"). */
const rootfsSchema = z.looseObject({
  rootfs: z.looseObject({
    diff_ids: z.array(z.string().refine((text) => parseDigest(text) !== null, 'no digest')),
  }),
});
const historySchema = z.looseObject({
  history: z.array(z.looseObject({ created_by: z.string().nullish(), empty_layer: z.boolean().nullish() })),
});
const platformSchema = z.looseObject({
  os: z.string(),
  architecture: z.string(),
  variant: z.string().nullish(),
});
const labelsSchema = z.looseObject({
  config: z.looseObject({ Labels: z.record(z.string(), z.string()) }),
});

/** Reads the layers of the image manifest with a digest, out of its configuration. */
export async function readLayers(
  registry: Registry,
  repository: string,
  digest: string,
): Promise<Outcome<ImageLayers>> {
  const fetched = await fetchConfig(registry, repository, digest);
  if (!fetched.ok) return fetched;
  const { manifest, config } = fetched.value;
  const rootfs = rootfsSchema.safeParse(config);
  const platform = platformSchema.safeParse(config);
  if (!rootfs.success || !platform.success)
    return invalid(`the configuration of ${repository}@${digest} does not say which layers it has`);
  const diffIds = rootfs.data.rootfs.diff_ids;
  // image-spec, config.md: one for each layer, in the same order.
  if (diffIds.length !== manifest.layers.length)
    return invalid(
      `the configuration of ${repository}@${digest} has ${diffIds.length} layers, and its manifest ${manifest.layers.length}`,
    );
  const createdBy = createdByOf(config, diffIds.length);
  const { os, architecture, variant } = platform.data;
  const labels = labelsSchema.safeParse(config);
  return ok({
    platform: { os, architecture, ...(variant && { variant }) },
    layers: manifest.layers.map((layer, index) => ({
      diffId: diffIds[index] ?? '',
      digest: layer.digest,
      createdBy: createdBy[index] ?? null,
    })),
    bases: [
      ...baseHint(manifest.annotations),
      ...(labels.success ? baseHint(labels.data.config.Labels) : []),
    ],
  });
}

/** Names all of these layers together (image-spec, config.md, "Layer ChainID"); null where there are none. */
export function chainIdOf(layers: readonly Pick<Layer, 'diffId'>[]): string | null {
  return chainIds(layers.map(({ diffId }) => diffId)).at(-1) ?? null;
}

/** The base image that annotations, or labels of the same names, name (image-spec, annotations.md, "Pre-Defined Annotation Keys"). */
export function baseHint(annotations: Readonly<Record<string, string>> = {}): readonly BaseHint[] {
  const digest = annotations['org.opencontainers.image.base.digest'];
  const name = annotations['org.opencontainers.image.base.name'];
  if (digest === undefined || name === undefined || parseDigest(digest) === null) return [];
  const parsed = parseReference(name);
  return parsed.ok ? [{ repository: parsed.value.repository, digest }] : [];
}

/** image-spec, config.md, "history": the steps that made a layer, in order. Where they are not as many as the layers, none is told. */
function createdByOf(config: unknown, count: number): readonly (string | null)[] {
  const parsed = historySchema.safeParse(config);
  const steps = (parsed.success ? parsed.data.history : []).filter(
    ({ empty_layer: empty }) => empty !== true,
  );
  return steps.length === count ? steps.map(({ created_by: text }) => (text ? shownStep(text) : null)) : [];
}

/** Without the build's arguments, `|1 TOKEN=… /bin/sh -c make`, which may be secrets and would be spread with reports. */
function shownStep(text: string): string {
  const step = text
    .trim()
    .replace(/^(RUN )?\|\d+ (?:.*?\s)??(?=\/\S*sh\s)/s, '$1')
    .replace(/^(RUN )?\|\d+ .*$/s, '$1…');
  const { length } = step;
  return length > CREATED_BY_CHARACTERS ? `${step.slice(0, CREATED_BY_CHARACTERS - 1)}…` : step;
}

function invalid(message: string): Outcome<never> {
  return failed('RegistryResponseInvalid', message);
}
