/** What cosign says where it refuses: a refusal for any other reason than the one that a case is about is none. */
export const NOTHING_FOUND = /no signatures found/;
export const OTHER_NAME = /expected SAN value/;
export const OTHER_ISSUER = /expected issuer value/;
/** cosign makes the leaf of a Rekor v2 log anew from the bundle, and it is not the one that was logged. */
export const OTHER_LEAF = /calculated root:[^]*does not match expected root/;
export const OTHER_SIGNATURE_LOGGED = /signature in bundle does not match signature being verified/;
export const NOT_LOGGED = /not enough verified log entries/;
export const NO_TIMESTAMP = /threshold not met for verified signed timestamps/;
/** The log's promise to include an entry does not fit the entry. */
export const UNPROMISED = /unable to verify SET/;
export const NOT_BY_KEY = /accepted signatures do not match threshold/;
/** It looks for an entry of an old `.sig` in the public log, which cannot be reached from here. */
export const LOG_NOT_REACHED = /searching log query/;
export const OTHER_VERIFIER_LOGGED = /comparing public key PEMs/;
export const FOR_OTHER_DIGEST = /artifact digests? does not match .* in statement/;
