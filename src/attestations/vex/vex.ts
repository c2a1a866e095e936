/** What somebody says of a vulnerability in a product (VEX). */
export interface VexStatement {
  /** The id of the vulnerability, and its other names. */
  readonly vulnerabilities: readonly string[];
  readonly status: VexStatus;
  /** Why it is not affected, by the format's own word; null where nobody says. */
  readonly justification: string | null;
  readonly products: readonly VexProduct[];
  /** When it was made, as its document says (RFC 3339 in UTC); null where it does not. */
  readonly statedAt: string | null;
}

export type VexStatus = 'not_affected' | 'affected' | 'fixed' | 'under_investigation';

/** A product: an image by its digest, or a package; `parts` are the packages in it that are meant, all where there are none. */
export interface VexProduct {
  /** `sha256:…` */
  readonly digests: readonly string[];
  readonly purl: string | null;
  readonly parts: readonly string[];
}

/** Whether a statement takes a product out of what is affected: `not_affected` alone does not say why. */
export function excuses({ status, justification }: Pick<VexStatement, 'status' | 'justification'>): boolean {
  return status === 'fixed' || (status === 'not_affected' && justification !== null);
}
