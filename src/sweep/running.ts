import { type ImageRequest, requestKey } from '../evidence/gather.ts';
import { pullSecretsKey } from '../pull-secret-ref.ts';
import { failed } from '../reasons.ts';
import { parsePlatform } from '../registry/platform.ts';
import { formatReference, parseReference } from '../registry/reference.ts';
import type { Container, Running } from '../workloads/source.ts';
import type { SweptImage } from './query.ts';

/** An image that a container runs, or would run. */
export interface Candidate {
  /** Tells it from others: the text of its reference, but where nodes know more than registries. */
  readonly key: string;
  readonly image: SweptImage;
  /** What its reference names, where pods run something by a digest; the tag may lead elsewhere by now. */
  readonly named: ImageRequest | null;
  readonly running: Running | null;
}

/**
 * The images of a container: each that its pods run, by its digest, and what its reference names where no pod runs it yet or nothing
 * says. `null` for a reference that is none.
 */
export function candidatesOf(container: Container): readonly Candidate[] | null {
  const parsed = parseReference(container.image);
  if (!parsed.ok) return null;
  const { running = [], pullSecrets } = container;
  const reference = pullSecrets === undefined ? parsed.value : keyed({ ...parsed.value, pullSecrets });
  if (running.length === 0) return [candidate(reference, null, null)];
  return running.map((one): Candidate => {
    if (one.imageID === '') return candidate(reference, null, one);
    if (one.config !== null) return loaded(reference, one);
    if (one.digest === null) return unknown(reference, one);
    return pulled(reference, one.digest, one);
  });
}

/** Registries may answer pods with other pull secrets otherwise, so that what these have of an image is asked for by itself. */
function keyed(reference: ImageRequest): ImageRequest {
  const pulled = pullSecretsKey(reference.pullSecrets);
  return pulled === '' ? reference : { ...reference, key: `${reference.text} pulled with ${pulled}` };
}

function candidate(written: ImageRequest, named: ImageRequest | null, running: Running | null): Candidate {
  const reference = keyed(written);
  return { key: requestKey(reference), image: { reference, resolved: null, attached: null }, named, running };
}

/** What runs by its digest: in the repository of the reference, else in the one that it was pulled from. */
function pulled(named: ImageRequest, digest: string, running: Running): Candidate {
  const written = { ...named, digest };
  const text = formatReference(written);
  const from = running.repository === null ? null : parseReference(running.repository);
  if (!from?.ok || from.value.repository === named.repository)
    return candidate({ ...written, text }, named, running);
  return asked(
    { ...written, text: `${text} (pulled from ${from.value.repository}${onPlatform(running)})` },
    named,
    running,
  );
}

/** An image that was loaded into the node: of what its reference means, the one with this configuration. */
function loaded(named: ImageRequest, running: Running): Candidate {
  const text = `${named.text} (running ${running.imageID}${onPlatform(running)})`;
  return asked({ ...named, text }, named, running);
}

/** Nodes of different platforms run different children of one index: what is asked for one of them says nothing of the others. */
function onPlatform({ platform }: Running): string {
  return platform === null ? '' : ` on ${platform}`;
}

/** An image for which the reference alone does not say where and what to ask. */
function asked(written: ImageRequest, named: ImageRequest, running: Running): Candidate {
  const reference = keyed(written);
  const platform = running.platform === null ? null : parsePlatform(running.platform);
  const ran = { ...running, platforms: platform === null ? [] : [platform] };
  const image = { reference, resolved: null, attached: null, running: ran };
  return { key: requestKey(reference), image, named, running };
}

/** No registry is asked by what a node calls an image among its own. */
function unknown(reference: ImageRequest, running: Running): Candidate {
  const { imageID } = running;
  const fault = failed(
    'DigestNotResolvable',
    `the node says of the running image no more than ${imageID}, which leads to nothing that a registry has`,
    'pull the image from a registry instead of loading it into the node, or restart the pod so that it is pulled again',
  );
  const image = { reference, resolved: fault, attached: fault };
  return { key: `${requestKey(reference)} ${imageID}`, image, named: null, running };
}
