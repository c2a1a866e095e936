import { z } from 'zod';

import { MANIFEST_BYTES, TAG_PAGES, TAGS } from '../limits.ts';
import { parseRepository, isTag } from './reference.ts';
import { readJson } from './document.ts';
import { nextPage } from './link.ts';
import type { Answer, Session } from './session.ts';

/** How many tags of a page are asked for; registries may give fewer. */
const PAGE = 1_000;
/** Registries that cut a list without saying so do it at a round number. */
const ROUND = 50;

const pageSchema = z.object({ name: z.string(), tags: z.array(z.string()).nullish() });

/**
 * All tags of a repository (distribution-spec, "Listing Tags"), or `null` where its list is not surely the whole of it: refused, too
 * long, of another repository, with a page that repeats what came before, or cut off without a Link.
 */
export async function readTagList(session: Session, repository: string): Promise<ReadonlySet<string> | null> {
  const tags = new Set<string>();
  let target: string | URL = `tags/list?n=${String(PAGE)}`;
  for (let page = 1; page <= TAG_PAGES; page += 1) {
    const answer = await askPage(session, repository, target);
    if (answer === null) return null;
    const next = nextPage(answer.headers.get('link') ?? [], answer.url);
    if (!next.ok) return null;
    const listed = namesOn(answer, repository);
    if (listed === null || (listed.length === 0 && next.value !== null)) return null;
    for (const tag of listed) {
      if (tags.has(tag)) return null;
      tags.add(tag);
    }
    if (tags.size > TAGS) return null;
    if (next.value === null) return (await isLast(session, repository, listed)) ? tags : null;
    target = next.value;
  }
  return null;
}

/** Whether nothing follows a page without Link: where its length may be a limit, the registry is asked for what lies behind it. */
async function isLast(session: Session, repository: string, listed: readonly string[]): Promise<boolean> {
  const last = listed.at(-1);
  if (last === undefined || (listed.length < PAGE && listed.length % ROUND !== 0)) return true;
  const target = `tags/list?n=${String(PAGE)}&last=${encodeURIComponent(last)}`;
  const answer = await askPage(session, repository, target);
  return answer !== null && namesOn(answer, repository)?.length === 0;
}

async function askPage(session: Session, repository: string, target: string | URL): Promise<Answer | null> {
  const answer = await session.get({ repository, target, accept: 'application/json', limit: MANIFEST_BYTES });
  return answer.ok && answer.value.status === 200 && answer.value.speaksForRegistry ? answer.value : null;
}

function namesOn(answer: Answer, repository: string): readonly string[] | null {
  const page = readJson(answer.body, pageSchema);
  if (!page.ok || page.value.name !== parseRepository(repository)?.path) return null;
  const tags = page.value.tags ?? [];
  return tags.every(isTag) ? tags : null;
}
