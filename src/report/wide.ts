import { WIDE_COLUMNS } from './columns.ts';
import type { Renderer } from './renderer.ts';
import { drawTable } from './table.ts';

/** The table with digest, signer and the worst finding's reason, and the level of provenance that passed. */
export const wide: Renderer = {
  render: (report, screen) => drawTable(report, WIDE_COLUMNS, screen),
};
