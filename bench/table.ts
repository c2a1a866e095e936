/** A figure against its peer's. */
export interface Row {
  readonly what: string;
  readonly ours: string;
  readonly peer: string;
  readonly ratio: string;
  /** What is aimed at, and whether it is reached; null where nothing is. */
  readonly target: { readonly text: string; readonly met: boolean } | null;
}

/** A markdown table. */
export function table(rows: readonly Row[]): string {
  const lines = rows.map(({ what, ours, peer, ratio, target }) => {
    const aim = target === null ? '' : `${target.text}: ${target.met ? 'met' : '**missed**'}`;
    return `| ${[what, ours, peer, ratio, aim].join(' | ')} |`;
  });
  return ['| what | ours | peer | ratio | target |', '|---|---|---|---|---|', ...lines].join('\n');
}
