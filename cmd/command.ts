import type { Options } from 'yargs';
import type { Fault } from '../src/reasons.ts';

/** What the outside world is to a command: passed in, so that a test can be it. */
export interface Io {
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  readonly stdin: () => AsyncIterable<Uint8Array>;
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
  /** Columns of the terminal behind stdout; null where it is a file or a pipe. */
  readonly columns: number | null;
  /** Columns of the terminal behind stderr; nothing where it is none. */
  readonly errorColumns?: number | null | undefined;
  /**
   * Takes over what Ctrl-C does: the signal is aborted by the first, and the second ends the program. A command that does not ask for
   * it is ended by the first.
   */
  readonly onInterrupt?: (() => AbortSignal) | undefined;
  readonly clock: () => Date;
}

/**
 * What a value can be, as far as a shell can help with it: one of a list, or what a place holds. Namespaces and resources are those of
 * the cluster that the flags name, contexts, clusters and users those of the kubeconfig.
 */
export type Values =
  | readonly string[]
  | 'files'
  | 'directories'
  | 'contexts'
  | 'clusters'
  | 'users'
  | 'namespaces'
  | 'resources';

/** A flag as help shows it and a shell completes it. */
export interface Flag extends Options {
  readonly values?: Values;
}

/** A command by its name. Its module is loaded only when it is called. */
export interface Listed {
  readonly name: string;
  readonly summary: string;
  readonly load: () => Promise<Command | CommandGroup>;
}

interface Described {
  readonly description: string;
  readonly examples: readonly { readonly what: string; readonly command: string }[];
}

export interface Command extends Described {
  /** The line behind `kubectl supplychain`, as `audit -f FILE|DIR|- [flags]`. */
  readonly usage: string;
  readonly flags: Readonly<Record<string, Flag>>;
  /** Whether it takes words beside its flags, and which. */
  readonly words: boolean | Values;
  /** Returns the exit code. `flags` is what was typed, by flag; outside data that the command reads through a schema. */
  run(words: readonly string[], flags: unknown, io: Io): Promise<number>;
}

/** A command whose first word names one of its own commands. */
export interface CommandGroup extends Described {
  readonly commands: readonly Listed[];
  /** Commands that are agreed upon and not built yet. They are refused by name, so that no script takes silence for success. */
  readonly notInThisVersion: readonly string[];
}

/** Wrong usage or input: exit code 2. The message says what, where, and what to do. */
export class UsageError extends Error {}

/** Nothing could be determined at all: exit code 3. The message says what, where, and what to do. */
export class UndeterminedError extends Error {}

/** A fault of something that the user named: `where` is the flag or variable that named it. */
export function usageError(where: string, { message, remediation }: Fault): UsageError {
  return new UsageError(
    `${where}: ${message}${remediation === undefined ? '' : `\n       next: ${remediation}`}`,
  );
}
