import type { Thresholds } from '../verify/trust-root.ts';
import { z } from 'zod';
import { type Chain, commonWindow } from './certificate-chain.ts';

/** A PKI of one's own in the form of a trusted root, and what is to be asked under it. */
export interface OwnPki {
  readonly bytes: Uint8Array;
  readonly thresholds: Thresholds;
}

/** The logs of a trusted root, handed on as they are written there. */
const logsSchema = z.object({ tlogs: z.array(z.unknown()).optional() });

/**
 * Brings certificate chains into the form of a trusted_root.json (sigstore_trustroot.proto), with no SCT and no log entry asked
 * for. A certificate needs a verified time all the same: from the timestamp authority, of which one timestamp is then asked for,
 * or else from a log of `publicGood`, in which cosign enters what it signs with such a certificate unless it is told not to.
 */
export function ownPki(
  authorities: readonly Chain[],
  timestamps: readonly Chain[],
  publicGood: Uint8Array,
): OwnPki {
  const { tlogs = [] } = logsSchema.parse(JSON.parse(Buffer.from(publicGood).toString('utf8')));
  const root = {
    mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
    tlogs,
    certificateAuthorities: authorities.map(authorityOf),
    ctlogs: [],
    timestampAuthorities: timestamps.map(authorityOf),
  };
  return {
    bytes: Buffer.from(JSON.stringify(root)),
    thresholds: {
      signedCertificateTimestamps: 0,
      transparencyLogEntries: 0,
      timestamps: timestamps.length > 0 ? 1 : 0,
    },
  };
}

function authorityOf(chain: Chain) {
  const { start, end } = commonWindow(chain);
  const certificates = chain.map(({ raw }) => ({ rawBytes: raw.toString('base64') }));
  return {
    subject: { organization: '', commonName: '' },
    uri: '',
    certChain: { certificates },
    validFor: { start: start.toISOString(), end: end.toISOString() },
  };
}
