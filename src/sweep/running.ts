import { failed } from '../reasons.ts';
import { type ImageReference, parseReference } from '../registry/reference.ts';
import type { Container, Running } from '../workloads/source.ts';
import type { SweptImage } from './query.ts';

/** An image that a container runs, or would run. */
export interface Candidate {
  /** Tells it from others: the text of its reference, but where nodes know more than registries. */
  readonly key: string;
  readonly image: SweptImage;
  /** What its reference names, where pods run something by a digest; the tag may lead elsewhere by now. */
  readonly named: ImageReference | null;
  readonly running: Running | null;
}

/**
 * The images of a container: each that its pods run, by its digest, and what its reference names where no pod runs it yet or nothing
 * says. `null` for a reference that is none.
 */
export function candidatesOf(container: Container): readonly Candidate[] | null {
  const parsed = parseReference(container.image);
  if (!parsed.ok) return null;
  const reference = parsed.value;
  const { running = [] } = container;
  if (running.length === 0) return [candidate(reference, null, null)];
  return running.map((one): Candidate => {
    if (one.imageID === '') return candidate(reference, null, one);
    if (one.digest === null) return unknown(reference, one);
    return candidate(runningReference(reference, one.digest, one), reference, one);
  });
}

function candidate(
  reference: ImageReference,
  named: ImageReference | null,
  running: Running | null,
): Candidate {
  return { key: reference.text, image: { reference, resolved: null, attached: null }, named, running };
}

/** The running image in the repository that it was pulled from. */
function runningReference(
  reference: ImageReference,
  digest: string,
  { repository }: Running,
): ImageReference {
  const pulled = repository === null ? null : parseReference(repository);
  const from = pulled?.ok ? pulled.value : reference;
  const tag = from.repository === reference.repository ? reference.tag : null;
  const { registry, path } = from;
  const text = `${from.repository}${tag === null ? '' : `:${tag}`}@${digest}`;
  return { registry, path, repository: from.repository, tag, digest, text };
}

/** No registry is asked by what a node calls an image among its own. */
function unknown(reference: ImageReference, running: Running): Candidate {
  const { imageID } = running;
  const fault = failed(
    'DigestNotResolvable',
    `the node says of the running image no more than ${imageID}, which leads to nothing that a registry has`,
    'pull the image from a registry instead of loading it into the node, or restart the pod so that it is pulled again',
  );
  const image = { reference, resolved: fault, attached: fault };
  return { key: `${reference.text} ${imageID}`, image, named: null, running };
}
