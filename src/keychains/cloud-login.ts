import type { Outcome } from '../reasons.ts';
import type { Credential } from '../registry/credential.ts';
import type { CloudClient } from './cloud-client.ts';
import type { Surroundings } from './surroundings.ts';

/** What a cloud may use to find out who is logged in here, and to get a registry's credential for them. */
export interface CloudAccess extends Surroundings {
  readonly clock: () => Date;
  readonly client: Pick<CloudClient, 'send'>;
}

/** A credential, and when it stops to be good. */
export interface Issued {
  readonly credential: Credential;
  readonly expires: Date;
}

/** Gets the credential for a registry, `null` where nobody is logged in to the cloud on this machine. */
export type Login = (registry: string, access: CloudAccess) => Promise<Outcome<Issued | null>>;

/** A token that a cloud gave to whoever `source` names. */
export interface CloudToken {
  readonly value: string;
  readonly expires: Date;
  /** For messages: who it was given to, by a file, a variable or a service. */
  readonly source: string;
}

/** A way to be known to a cloud; `null` where it is not the way of this machine. The first that is one counts, even if it fails. */
export type Way<T> = (access: CloudAccess) => Promise<Outcome<T | null>>;

/** Goes the first way that there is. */
export async function firstOf<T>(ways: readonly Way<T>[], access: CloudAccess): Promise<Outcome<T | null>> {
  for (const way of ways) {
    const found = await way(access);
    if (!found.ok || found.value !== null) return found;
  }
  return { ok: true, value: null };
}
