import { z } from 'zod';
import { REASONS } from '../reasons.ts';

/** What the JSON Schemas of all our documents are made of. */
export const text = z.string();
export const maybe = text.nullable();
export const time = z.iso.datetime();
export const reason = z.enum(Object.keys(REASONS));
export const digest = text.describe('An OCI digest, as sha256:…');

/** Members are only added within v1alpha1, so that a reader has to pass over those that it does not know. */
export const object = z.looseObject;

export const containerType = z.enum(['container', 'init', 'ephemeral', 'image-volume', 'argument']);
export const workloadState = z.enum(['running', 'scheduled', 'suspended', 'scaledToZero', 'manifestOnly']);

export const location = object({ file: text, line: z.int(), document: z.int() }).nullable();

/** A piece of evidence, as reports list it. */
export const evidence = object({
  kind: z.enum(['signature', 'attestation', 'unread']),
  predicateType: maybe,
  digest: digest.nullable(),
  location: text.describe('Where it was found.'),
  subject: digest.describe('The manifest that it is attached to.'),
  signer: object({ subject: text, issuer: maybe, extensions: z.record(text, text) }).nullable(),
  time: object({ value: time, source: z.enum(['log', 'tsa']) }).nullable(),
  logIndex: maybe,
  trustRoot: maybe,
  result: z.enum(['verified', 'refused']),
  reason: reason.nullable(),
  message: maybe,
});
