import dns from 'node:dns';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { constants } from 'node:os';
import type { Internet } from './world.ts';

// Loaded before the program (`node --import`): an internet that lies on this machine. Names have the addresses that a file says, and
// whoever connects to one of these reaches a server on loopback, or nobody. The program knows nothing of it, and nothing leaves this
// machine. What was connected to, and how much memory it took, is written beside the file at the end.

const file = process.env['HOSTILE_INTERNET'] ?? '';
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- written by the test
const { names, servers } = JSON.parse(readFileSync(file, 'utf8')) as Internet;
const connections: string[] = [];

const asked = new Map<string, number>();
function addressesOf(name: string): readonly string[] {
  const time = asked.get(name) ?? 0;
  asked.set(name, time + 1);
  const answers = names[name] ?? [];
  return answers[Math.min(time, answers.length - 1)] ?? [];
}

type Callback = (error: Error | null, address?: unknown, family?: number) => void;
function lookup(name: string, options: { all?: boolean }, callback: Callback): void {
  const found = addressesOf(name).map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
  const [first] = found;
  setImmediate(() => {
    if (first === undefined) callback(Object.assign(new Error('no such name'), { code: 'ENOTFOUND' }));
    else if (options.all === true) callback(null, found);
    else callback(null, first.address, first.family);
  });
}
Object.assign(dns, { lookup });
syncBuiltinESMExports();

type Connect = (this: object, request: object, address: string, port: number) => number;
interface TcpBinding {
  readonly TCP: { readonly prototype: { connect: Connect; connect6: Connect } };
}
// Below everything that Node does with names and addresses, so that what is seen here is what would have left the machine.
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Node does not declare its bindings
const { binding } = process as unknown as { binding: (name: 'tcp_wrap') => TcpBinding };
const { prototype } = binding('tcp_wrap').TCP;
const { connect } = prototype;
const toLoopback: Connect = function toLoopback(request, address, port) {
  connections.push(address);
  const server = servers[`${address}:${String(port)}`];
  return server === undefined
    ? -constants.errno.ECONNREFUSED
    : connect.call(this, request, '127.0.0.1', server);
};
Object.assign(prototype, { connect: toLoopback, connect6: toLoopback });

process.on('exit', () => {
  writeFileSync(`${file}.seen`, JSON.stringify({ connections, megabytes: peak() }));
});

/** What the program took at most. Linux counts what its parent had into `maxRSS`, so there the kernel's own figure is read. */
function peak(): number {
  const status = '/proc/self/status';
  const kilobytes = existsSync(status)
    ? /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync(status, 'utf8'))?.[1]
    : undefined;
  return Math.ceil((kilobytes === undefined ? process.resourceUsage().maxRSS : Number(kilobytes)) / 1024);
}
