import { cyclonedx, provenance, spdx } from '../../../testdata/make/predicates.ts';
import { RELEASE, type Signer } from '../../../testdata/make/sign.ts';
import { attest, sign } from '../../../testdata/make/steps.ts';
import { RELEASE_IDENTITY, RELEASE_SUBJECT } from '../asked.ts';
import type { AttestationCase } from '../case.ts';
import { OTHER_NAME } from '../cosign-errors.ts';

const REFERRERS = ['referrers API'] as const;
const NIGHTLY: Signer = { kind: 'workflow', workflow: 'nightly.yml', ref: 'refs/heads/main' };
const PROVENANCE = { cosign: 'slsaprovenance1', type: 'https://slsa.dev/provenance/v1' };
const SPDX = { cosign: 'spdxjson', type: 'https://spdx.dev/Document' };
const OTHER_TYPE = /none of the attestations matched the predicate type/;
const ASKED = { asked: RELEASE_IDENTITY, subject: RELEASE_SUBJECT } as const;

export const ATTESTATIONS: readonly AttestationCase[] = [
  {
    name: 'provenance as a bundle',
    steps: [attest(provenance)],
    ...ASKED,
    predicate: PROVENANCE,
    ours: 'verified',
    cosign: 'accepts',
  },
  {
    name: 'provenance beside a signature and an SBOM',
    on: REFERRERS,
    steps: [sign(RELEASE), attest(cyclonedx), attest(provenance)],
    ...ASKED,
    predicate: PROVENANCE,
    ours: 'verified',
    cosign: 'accepts',
  },
  {
    name: 'SBOM under an `.att` tag',
    steps: [attest(spdx, RELEASE, 'tag', 'rekorV1')],
    ...ASKED,
    predicate: SPDX,
    ours: 'verified',
    cosign: 'accepts',
  },
  {
    name: 'attestation of another type',
    steps: [attest(cyclonedx)],
    ...ASKED,
    predicate: SPDX,
    ours: 'absent',
    cosign: OTHER_TYPE,
  },
  {
    name: 'attestation by another workflow',
    steps: [attest(provenance, NIGHTLY)],
    ...ASKED,
    predicate: PROVENANCE,
    ours: 'absent',
    cosign: OTHER_NAME,
  },
  {
    name: 'signature, and no attestation',
    steps: [sign(RELEASE)],
    ...ASKED,
    predicate: PROVENANCE,
    ours: 'absent',
    cosign: OTHER_TYPE,
  },
];
