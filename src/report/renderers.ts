import { json } from './json.ts';
import type { Renderer } from './renderer.ts';
import { table } from './table.ts';

/** Every output format. */
export const RENDERERS: readonly Renderer[] = [table, json];
