import type { Signer } from '../verify/verifier.ts';
import type { Authority, Vouching } from './policy.ts';

/** Whom a rule wants to vouch: any of some authorities (or `atLeast` so many of them), or all of them. */
export interface Signers {
  readonly anyOf?: readonly string[] | undefined;
  readonly allOf?: readonly string[] | undefined;
  readonly atLeast?: number | undefined;
}

/** A part of what is asked for: it holds over claims, or could hold only by an authority that this version cannot verify. */
export interface Part {
  readonly holds: (claims: readonly Vouching[]) => boolean;
  /** Whose claims can make it hold. */
  readonly accepted: readonly Authority[];
  readonly unsupported: Authority | null;
}

/** Prepared `Signers`: each of `parts` must hold over the claims that count; for allOf they may hold in different places. */
export interface Demand {
  readonly accepted: readonly Authority[];
  readonly words: string;
  readonly parts: readonly Part[];
}

/** Looks up the authorities that a rule names; their names were checked when the policy was read. */
export function demandOf(
  { anyOf, allOf, atLeast = 1 }: Signers,
  authorities: ReadonlyMap<string, Authority>,
): Demand {
  const accepted = (allOf ?? anyOf ?? []).flatMap((name) => authorities.get(name) ?? []);
  const described = accepted.map(({ name, description }) => `${name} (${description})`);
  if (allOf) {
    const parts = accepted.map((authority): Part => ({
      holds: (claims) => claims.some(authority.accepts),
      accepted: [authority],
      unsupported: firstUnsupported([authority]),
    }));
    return { accepted, parts, words: described.join(' and ') };
  }
  const words = atLeast > 1 ? `at least ${atLeast} of ${described.join(', ')}` : described.join(' or ');
  const holds = (claims: readonly Vouching[]) => vouchers(claims, accepted) >= atLeast;
  return { accepted, words, parts: [{ holds, accepted, unsupported: firstUnsupported(accepted) }] };
}

function firstUnsupported(authorities: readonly Authority[]): Authority | null {
  return authorities.find(({ unsupported }) => unsupported !== null) ?? null;
}

/**
 * How many authorities vouch, each by a signer of its own: the largest matching between authorities and signers, so that
 * one signer never counts twice however many authorities accept it, and one authority never twice however many of its
 * signers sign. Every key of an authority counts for itself.
 */
function vouchers(claims: readonly Vouching[], accepted: readonly Authority[]): number {
  const signersOf = new Map<string, Set<string>>();
  for (const authority of accepted) {
    for (const claim of claims.filter(authority.accepts)) {
      const signer = signerKey(claim.signer);
      const slot = claim.signer.kind === 'key' ? signer : `authority ${authority.name}`;
      signersOf.set(slot, (signersOf.get(slot) ?? new Set()).add(signer));
    }
  }
  const takenBy = new Map<string, string>();
  const place = (slot: string, tried: Set<string>): boolean => {
    for (const signer of signersOf.get(slot) ?? []) {
      if (tried.has(signer)) continue;
      tried.add(signer);
      const holder = takenBy.get(signer);
      if (holder === undefined || place(holder, tried)) {
        takenBy.set(signer, slot);
        return true;
      }
    }
    return false;
  };
  return [...signersOf.keys()].filter((slot) => place(slot, new Set())).length;
}

/** A signer's identity: the same key, or the same subject of the same issuer, is the same signer. */
function signerKey(signer: Signer): string {
  switch (signer.kind) {
    case 'key':
      return `key ${signer.fingerprint}`;
    case 'certificate':
      return JSON.stringify([signer.issuer, signer.subject.kind, signer.subject.value]);
    case 'notation':
      return `notation ${signer.subject}`;
  }
}
