import { allAnswers } from './account-answers.ts';
import type { Answer } from './answer.ts';
import { IMAGE_NAME, REFERENCE_NAME } from './catalog.ts';
import { isEvidence } from './evidence-artifact.ts';
import type { EarlierEvidence } from './layout-target.ts';
import { OCI_INDEX } from './manifest.ts';
import { parseReference } from './reference.ts';
import type { Descriptor } from './registry.ts';

/**
 * The `index.json` in which other tools find, by their full names, the manifests that were given. What another tool has added to the
 * earlier one stays there.
 */
export function formatIndex(
  answers: readonly Answer[],
  evidence: Descriptor,
  earlier: EarlierEvidence | null,
): Uint8Array {
  const named = nameManifests(answers);
  const own = new Set([
    ...nameManifests(earlier === null ? [] : allAnswers(earlier.document)).keys(),
    ...named.keys(),
  ]);
  const added = (earlier?.descriptors ?? []).filter(
    (descriptor) => !isEvidence(descriptor) && !own.has(descriptor.annotations?.[IMAGE_NAME] ?? ''),
  );
  const manifests = [...named.values(), ...added, evidence];
  return Buffer.from(`${JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX, manifests }, null, 2)}\n`);
}

/** The manifests that were given, by name: by tag, and by digest where no tag of the repository leads there. */
function nameManifests(answers: readonly Answer[]): ReadonlyMap<string, Descriptor> {
  const named = new Map<string, Descriptor>();
  const tagged = new Set<string>();
  for (const answer of answers) {
    if (answer.question !== 'tag' || answer.reply.kind !== 'found') continue;
    const { digest, mediaType, size } = answer.reply;
    tagged.add(`${answer.repository}@${digest}`);
    enter(named, `${answer.repository}:${answer.tag}`, { mediaType, digest, size });
  }
  for (const answer of answers) {
    if (answer.question !== 'manifest' || answer.reply.kind !== 'found') continue;
    const { mediaType, size } = answer.reply;
    const name = `${answer.repository}@${answer.digest}`;
    if (!tagged.has(name)) enter(named, name, { mediaType, digest: answer.digest, size });
  }
  return named;
}

/** A name that is none would make the layout unreadable to others, and leads to nothing that could be asked for. */
function enter(named: Map<string, Descriptor>, name: string, descriptor: Descriptor): void {
  if (!parseReference(name).ok) return;
  named.set(name, { ...descriptor, annotations: { [IMAGE_NAME]: name, [REFERENCE_NAME]: name } });
}
