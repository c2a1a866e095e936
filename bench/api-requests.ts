import { z } from 'zod';

/** audit.k8s.io/v1, Event, as the API server logs every request. */
const Event = z.object({ userAgent: z.string().default(''), requestURI: z.string(), verb: z.string() });

/** A page as we ask for it. */
const PAGE = 500;

export interface ApiRequests {
  /** Requests of one run for objects. */
  readonly lists: number;
  /** One for each kind, and for each 500 objects of it. */
  readonly atMost: number;
}

/** Counts what our runs have asked for: `objects` is how many there are of each kind, by the plural. */
export function countApiRequests(
  log: string,
  runs: number,
  objects: Readonly<Record<string, number>>,
): ApiRequests {
  const ours = log
    .split('\n')
    .filter((line) => line.includes('kubectl-supplychain/'))
    .map((line) => Event.parse(JSON.parse(line)));
  const lists = ours.flatMap(({ requestURI }) => {
    const { pathname } = new URL(requestURI, 'http://api');
    const kind = pathname.split('/').at(-1) ?? '';
    return pathname === '/apis' ? [] : [kind];
  });
  const kinds = [...new Set(lists)];
  const atMost = kinds.reduce((sum, kind) => sum + Math.max(1, Math.ceil((objects[kind] ?? 0) / PAGE)), 0);
  return { lists: lists.length / runs, atMost };
}
