import type { Renderer } from './renderer.ts';

/** The model itself. */
export const json: Renderer = {
  format: 'json',
  render: (report) => `${JSON.stringify(report, null, 2)}\n`,
};
