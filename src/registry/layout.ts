import { join } from 'node:path';

import { ok, type Outcome } from '../reasons.ts';
import { readCatalog } from './catalog.ts';
import { cosignRegistry, savedByCosign } from './cosign-layout.ts';
import { isFile, nameArchive, openArchive, type Unpacked } from './evidence-archive.ts';
import { EVIDENCE_TYPES, findEvidence } from './evidence-artifact.ts';
import { readLayoutIndex } from './layout-index.ts';
import { listedRegistry } from './listed-registry.ts';
import type { Accounts } from './accounts.ts';
import { recordedAccounts } from './recorded-accounts.ts';
import { recordedRegistry } from './recorded-registry.ts';
import type { Registry } from './registry.ts';
import { savedRevocation, type SavedRevocation } from './saved-revocation.ts';
import { savedSboms, type SavedSboms } from './saved-sboms.ts';

/** The answers of a saved audit. */
interface SavedAnswers {
  readonly directory: string;
  /** The digest of the document that they stand in. */
  readonly document: string;
  /** Reads them, which takes as long as all the rest of the document; the failure says why they cannot be read. */
  readonly read: () => Outcome<unknown>;
}

/** An OCI image layout as a registry that needs no network. */
export interface Layout extends Registry {
  /** Where it lies and the digest of its answers, as long as the directory stays; `null` in an archive, and where there are no answers. */
  readonly saved: SavedAnswers | null;
  /** When the last audit was saved there; `null` in a layout that another tool wrote. */
  readonly savedAt: Date | null;
  /** What pods of a cluster were answered; without it nothing is known but what everybody is. */
  readonly accounts?: Accounts | undefined;
  /** What was answered about revocation; without it nobody was asked. */
  readonly revocation?: SavedRevocation | undefined;
  /** What was found of SBOMs outside of registries. */
  readonly sboms?: SavedSboms | undefined;
  /** What was saved beside the answers, for whoever reads it to check; `null` if there is nothing. */
  readonly inventory: unknown;
  /** What was known of TUF repositories, by repository, likewise. */
  readonly trustRoots: Readonly<Record<string, unknown>>;
}

/**
 * Opens evidence: an OCI image layout on disk (image-spec, image-layout.md), or an archive of one. Where an audit was saved, exactly
 * what it was answered is answered; a layout of another tool answers by what it lists.
 */
export async function openLayout(path: string): Promise<Outcome<Layout>> {
  const layout = await openUnread(path);
  return layout.ok ? wholly(layout.value) : layout;
}

/** A layout of which the answers can be read. */
function wholly(layout: Layout): Outcome<Layout> {
  const answers = layout.saved?.read();
  return answers?.ok === false ? answers : ok(layout);
}

/**
 * The same where the answers of a saved audit may not be asked for: they are read with the first question, or by `saved.read`, and
 * without that nobody knows whether they can be.
 */
export async function openUnread(path: string): Promise<Outcome<Layout>> {
  if (!(await isFile(path))) return openDirectory(path);
  const archive = await openArchive(path, 'refused');
  if (!archive.ok) return archive;
  const opened = await openDirectory(archive.value.directory);
  const layout = opened.ok ? wholly(opened.value) : opened;
  if (layout.ok) return ok(namedAfter(layout.value, archive.value));
  await archive.value.close();
  return nameArchive(layout, archive.value);
}

async function openDirectory(directory: string): Promise<Outcome<Layout>> {
  const index = await readLayoutIndex(directory, EVIDENCE_TYPES);
  if (!index.ok) return index;
  const evidence = await findEvidence(directory, index.value);
  if (!evidence.ok) return evidence;
  if (evidence.value !== null) {
    const { savedAt, inventory, trustRoots, answered, digest: document } = evidence.value;
    const own = recordedRegistry(directory, () => {
      const read = answered();
      return read.ok ? ok(read.value.answers) : read;
    });
    const accounts = recordedAccounts(directory, evidence.value, own);
    const { revocation: asked } = evidence.value;
    const revocation = asked.length > 0 ? savedRevocation(directory, asked) : undefined;
    const sboms = savedSboms(directory, evidence.value.sboms);
    const beside = {
      saved: { directory, document, read: answered },
      savedAt,
      inventory,
      trustRoots,
      sboms,
    };
    return ok({ ...own, accounts, revocation, ...beside });
  }
  const byCosign = savedByCosign(index.value);
  if (byCosign) return ok({ ...cosignRegistry(directory, byCosign), ...NOTHING_BESIDE });
  const catalog = readCatalog(index.value, join(directory, 'index.json'));
  if (!catalog.ok) return catalog;
  return ok({ ...listedRegistry(directory, catalog.value), ...NOTHING_BESIDE });
}

/** What other tools do not write. */
const NOTHING_BESIDE = { saved: null, savedAt: null, inventory: null, trustRoots: {} } as const;

/** Where an archive was unpacked is another directory in every run, and no report must depend on it. */
function namedAfter(layout: Layout, archive: Unpacked): Layout {
  const { accounts, revocation, sboms } = layout;
  return {
    ...layout,
    saved: null,
    ...answersOf(layout, archive),
    accounts: accounts && {
      ...accounts,
      registry: (account) => ({ ...layout, ...answersOf(accounts.registry(account), archive) }),
    },
    revocation:
      revocation && ((asked) => revocation(asked)?.then((outcome) => nameArchive(outcome, archive)) ?? null),
    sboms:
      sboms &&
      ((subject) =>
        sboms(subject).map((one) => ({
          ...one,
          read: async () => nameArchive(await one.read(), archive),
        }))),
    close: async () => {
      await layout.close();
      await archive.close();
    },
  };
}

type Asking = Pick<Registry, 'tag' | 'manifest' | 'referrers' | 'blob'>;

function answersOf(layout: Asking, archive: Unpacked): Asking {
  return {
    tag: async (...asked) => nameArchive(await layout.tag(...asked), archive),
    manifest: async (...asked) => nameArchive(await layout.manifest(...asked), archive),
    referrers: async (...asked) => nameArchive(await layout.referrers(...asked), archive),
    blob: async (...asked) => nameArchive(await layout.blob(...asked), archive),
  };
}
