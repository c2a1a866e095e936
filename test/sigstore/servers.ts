import { type ChildProcess, spawn } from 'node:child_process';
import { openSync, readFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** A server program to be started on loopback. */
export interface Program {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** The file that takes what it prints. */
  readonly log: string;
  /** A URL that answers 2xx once the server can be used, or what finds out; it may reject as long as it cannot. */
  readonly ready: string | (() => Promise<boolean>);
}

/** Something that runs until it is stopped. */
export interface Running {
  stop(): Promise<void>;
}

const START_LIMIT_MS = 30_000;
const STOP_LIMIT_MS = 3_000;
const alive = new Set<ChildProcess>();

/** `count` different loopback ports that are free now. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  const ports: number[] = [];
  for (const server of servers) {
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    ports.push(portOf(server.address()));
  }
  for (const server of servers) server.close();
  return ports;
}

/** The port of a listening server's address. */
export function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new Error(`not a TCP address: ${address}`);
  return address.port;
}

/** Starts a server and waits until it answers. It dies with this process, however that ends. */
export async function startServer(program: Program): Promise<Running> {
  const log = openSync(program.log, 'a');
  const env = { PATH: process.env['PATH'], ...program.env };
  const child = spawn(program.command, program.args, { env, stdio: ['ignore', log, log] });
  let failure: Error | undefined;
  child.on('error', (error) => (failure = error));
  child.on('exit', () => alive.delete(child));
  alive.add(child);
  hookExit();
  const deadline = Date.now() + START_LIMIT_MS;
  while (!(await answers(program.ready))) {
    if (failure !== undefined || child.exitCode !== null || Date.now() > deadline) {
      await stopChild(child);
      throw new Error(
        `${program.command} did not start: ${String(failure)}\n${readFileSync(program.log, 'utf8')}`,
      );
    }
    await delay(20);
  }
  return { stop: () => stopChild(child) };
}

async function answers(ready: Program['ready']): Promise<boolean> {
  try {
    if (typeof ready !== 'string') return await ready();
    return (await fetch(ready, { signal: AbortSignal.timeout(1000) })).ok;
  } catch {
    return false;
  }
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS);
  await ended;
  clearTimeout(timer);
}

let hooked = false;
function hookExit(): void {
  if (hooked) return;
  hooked = true;
  process.on('exit', () => {
    for (const child of alive) child.kill('SIGKILL');
  });
  // A signal ends Node without an exit event unless somebody listens.
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const) {
    process.once(signal, () => process.exit(code));
  }
}
