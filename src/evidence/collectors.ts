import { buildkit } from './buildkit.ts';
import type { Collector } from './collector.ts';
import { cosignTags } from './cosign-tags.ts';
import { referrers } from './referrers.ts';

/** Every place where evidence is looked for. A new place is one file and one line here. */
export const COLLECTORS: readonly Collector[] = [referrers, cosignTags, buildkit];
