import { homedir } from 'node:os';
import { resolve } from 'node:path';
import type { Keyring } from '../src/keychains/keychains.ts';
import type { Registry } from '../src/registry/registry.ts';
import type { WireOptions } from '../src/registry/wire.ts';
import { type Io, usageError } from './command.ts';
import type { JudgingFlags } from './flags.ts';

/** The credentials of whoever runs this. Throws `UsageError` where `--registry-config` names no file that can be read. */
export async function openKeyring(
  flags: Pick<JudgingFlags, 'registry-config'>,
  wire: WireOptions,
  io: Io,
): Promise<Keyring> {
  const { openKeychains } = await import('../src/keychains/keychains.ts');
  const named = flags['registry-config'];
  const keyring = await openKeychains({
    surroundings: {
      env: io.env,
      homedir: homedir(),
      uid: process.getuid?.() ?? null,
      firmware: '/sys/class/dmi/id',
    },
    registryConfig: named === undefined ? undefined : resolve(io.cwd, named),
    wire,
  });
  if (keyring.ok) return keyring.value;
  throw usageError('the registry credentials', keyring.fault);
}

/** A registry that names the hosts that were asked for its credentials among those that it asked itself. */
export function withKeyring(registry: Registry, keyring: Pick<Keyring, 'hosts' | 'close'>): Registry {
  return {
    ...registry,
    hosts: () => [...new Set([...registry.hosts(), ...keyring.hosts()])].sort(),
    close: async () => {
      await Promise.all([registry.close(), keyring.close()]);
    },
  };
}
