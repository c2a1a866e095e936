import { escapeObeyed } from './obeyed.ts';
import type { Renderer } from './renderer.ts';

/** The model itself. Characters that a terminal would obey are escaped, which changes no value. */
export const json: Renderer<unknown> = {
  render: (report) => `${escapeObeyed(JSON.stringify(report, null, 2))}\n`,
};
