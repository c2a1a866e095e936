import { z } from 'zod';
import { base64Bytes } from '../base64.ts';

/** protobuf-specs, sigstore_trustroot.proto and sigstore_common.proto, in protobuf's JSON form. Newer members are passed over. */

const window = z.object({
  start: z.iso.datetime({ offset: true }).nullish(),
  end: z.iso.datetime({ offset: true }).nullish(),
});

const log = z.object({
  baseUrl: z.string().default(''),
  publicKey: z.object({
    rawBytes: base64Bytes,
    keyDetails: z.union([z.string(), z.int()]),
    validFor: window.nullish(),
  }),
  logId: z.object({ keyId: base64Bytes }).nullish(),
  checkpointKeyId: z.object({ keyId: base64Bytes }).nullish(),
});

const authority = z.object({
  uri: z.string().default(''),
  certChain: z.object({ certificates: z.array(z.object({ rawBytes: base64Bytes })).min(1) }),
  validFor: window.nullish(),
});

export const trustedRootSchema = z.object({
  mediaType: z.string().default(''),
  tlogs: z.array(log).default([]),
  ctlogs: z.array(log).default([]),
  certificateAuthorities: z.array(authority).default([]),
  timestampAuthorities: z.array(authority).default([]),
});

export type LogFile = z.infer<typeof log>;
export type AuthorityFile = z.infer<typeof authority>;
