import { z } from 'zod';
import { documentOfBytes, InvalidDocument, type JsonDocument } from '../attestations/sbom/json-document.ts';
import { readCycloneDxVex } from '../attestations/vex/cyclonedx.ts';
import { isOpenVex, readOpenVex } from '../attestations/vex/openvex.ts';
import type { VexStatement } from '../attestations/vex/vex.ts';
import { sbomFormatOfPredicate } from '../attestations/sbom/predicate-types.ts';
import { OPENING_BRACE } from '../json-bytes.ts';
import type { Vouching } from '../policy/policy.ts';
import { claimsOn } from '../policy/vouching.ts';
import type { JudgedManifest } from '../policy/subject.ts';
import type { Statement } from '../verify/in-toto.ts';
import type { Claim } from '../verify/verifier.ts';
import { entriesOf, type Shown } from './facts-evidence.ts';

/** A signed document of VEX about an image. Nobody's word is taken for one that does not verify. */
export interface VexFacts {
  readonly claim: Vouching;
  /** When it was signed, by a verified time (RFC 3339 in UTC); null where there is none. */
  readonly signedAt: string | null;
  /** null for a document that cannot be read: it excuses nothing, and may have taken back what did. */
  readonly statements: readonly VexStatement[] | null;
  readonly evidence: Shown;
}

/** What is attested of vulnerabilities in a manifest. */
export function vexFacts(on: JudgedManifest): readonly VexFacts[] {
  return on.verdicts.flatMap((verdict) => {
    if (verdict.result !== 'verified') return [];
    return claimsOn({ ...on, verdicts: [verdict] }, () => true).flatMap((claim): VexFacts[] => {
      const statements = statementsIn(claim);
      if (statements?.length === 0) return [];
      const times = claim.times.map(({ value }) => value.toISOString()).toSorted();
      return [
        {
          claim: { signer: claim.signer, signatureRepository: claim.signatureRepository },
          signedAt: times[0] ?? null,
          statements,
          evidence: entriesOf(verdict),
        },
      ];
    });
  });
}

function statementsIn({ content }: Claim): VexFacts['statements'] {
  if (content.kind !== 'attestation') return [];
  const { predicateType, statement } = content;
  const parsed = isOpenVex(predicateType)
    ? readOpenVex(statement.predicate)
    : sbomFormatOfPredicate(predicateType) === 'cyclonedx'
      ? readCycloneDxVex(vexIn(statement))
      : null;
  if (parsed === null) return [];
  return parsed.ok ? parsed.value : null;
}

/** What of a large SBOM may say something of vulnerabilities: of its components only what they are referred to by. */
function vexIn(statement: Statement): unknown {
  if (statement.json?.[0] !== OPENING_BRACE) return statement.predicate;
  const document = documentOfBytes(statement.json);
  if (!document.has('vulnerabilities')) return {};
  const members = document.names.map((name) => [name, READ.has(name) ? document.value(name) : null]);
  return { ...Object.fromEntries(members), components: referables(document) };
}

const READ = new Set(['serialNumber', 'metadata', 'vulnerabilities']);
const referable = z
  .object({ 'bom-ref': z.unknown(), purl: z.unknown() })
  .catch({ 'bom-ref': null, purl: null });

/** What is no list is left for the reader to refuse. */
function referables(document: JsonDocument): unknown {
  try {
    return Array.from(document.each('components'), (one) => referable.parse(one));
  } catch (cause) {
    if (cause instanceof InvalidDocument) return '';
    throw cause;
  }
}
