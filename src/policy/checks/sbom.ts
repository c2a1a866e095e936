import { missingElements } from '../../attestations/sbom/minimum-elements.ts';
import type { Fault } from '../../reasons.ts';
import type { Claim } from '../../verify/verifier.ts';
import { tooOld } from '../age.ts';
import type { Check } from '../check.ts';
import { demandOf } from '../demand.ts';
import { notSupported } from '../not-supported.ts';
import type { SbomFile } from '../schema.ts';
import type { JudgedManifest } from '../subject.ts';
import { judgeVouching, mayAttest, type Placed, type Vouched } from '../vouching.ts';
import { isSbom, sbomOf } from './sbom-claim.ts';

/** Whether an authority that the rule accepts has attested an SBOM of this image that meets what the rule asks of it. */
export const sbomCheck: Check = {
  name: 'sbom',
  vouches: false,
  compile({ sbom }, { authorities }) {
    if (!sbom) return null;
    if (!sbom.signedBy) return notSupported('sbom.allowUnsigned');
    if (sbom.minimumElements === 'cisa2025') return notSupported('sbom.minimumElements: cisa2025');
    const demand = demandOf(sbom.signedBy, authorities);
    return (image, judgedAt) => {
      const children = image.resolution.ok ? image.resolution.value.children.map(({ digest }) => digest) : [];
      return judgeVouching(image, {
        demand,
        counts: isSbom,
        mayCount: mayAttest,
        lacks: (placed) => lacks(placed, sbom, children, judgedAt),
        missing,
        holds,
      });
    };
  },
};

const ATTEST =
  'attest one in the pipeline that builds it: cosign attest --type spdxjson --predicate sbom.spdx.json NAME@DIGEST';

/** An SBOM that nobody has signed may be anybody's: it is told apart from none at all. */
function missing(_others: readonly Claim[], manifests: readonly JudgedManifest[]): Fault {
  const unsigned = manifests.flatMap(({ verdicts }) =>
    verdicts.filter(({ evidence }) => evidence.format === 'sbom'),
  );
  return unsigned.length > 0
    ? { reason: 'SbomUnsigned', message: 'there is an SBOM, and nobody has signed it', remediation: ATTEST }
    : { reason: 'SbomMissing', message: 'nothing that was attested is an SBOM', remediation: ATTEST };
}

function lacks(
  { claim, on, judged }: Placed,
  asked: SbomFile,
  children: readonly string[],
  judgedAt: Date,
): Fault | null {
  const sbom = sbomOf(claim);
  if (!sbom.ok) return { reason: 'SbomUnreadable', message: `the SBOM cannot be read: ${sbom.message}` };
  const { format, components, describes, created } = sbom.value;
  const ours = new Set([judged.digest, on.digest, ...(on === judged ? [] : children)]);
  if (describes.length > 0 && !describes.some((digest) => ours.has(digest))) {
    return {
      reason: 'SbomForOtherImage',
      message: `the SBOM describes ${describes.slice(0, 3).join(', ')}, not ${judged.digest}`,
      remediation: 'attest the SBOM of this very image',
    };
  }
  // What is said of an index may be true of one platform only: the SBOM has to name the child, or there is but one.
  if (on !== judged && children.length > 1 && !describes.includes(judged.digest)) {
    return {
      reason: 'PlatformNotCovered',
      message: `the SBOM is attested on the index and does not say that it describes ${judged.digest}`,
      remediation: "attest every platform's SBOM on that platform's manifest",
    };
  }
  if (asked.formats && !asked.formats.includes(format)) {
    return {
      reason: 'SbomFormatNotAccepted',
      message: `the SBOM is ${format}, and the rule accepts ${asked.formats.join(', ')}`,
      remediation: ATTEST,
    };
  }
  if (components.length === 0) {
    return {
      reason: 'SbomEmpty',
      message: 'the SBOM names no component',
      remediation: 'make the SBOM from the image itself, with a tool that knows its package formats',
    };
  }
  if (asked.minimumElements === 'ntia') {
    const elements = missingElements(sbom.value).map(
      ({ element, missing, of }) => `${element} (${missing} of ${of})`,
    );
    if (elements.length > 0) {
      return {
        reason: 'SbomElementsMissing',
        message: `the SBOM lacks minimum elements: ${elements.join(', ')}`,
        remediation: 'make the SBOM with a tool that fills these fields',
      };
    }
  }
  return asked.maxAge === undefined ? null : tooOld(claim, created ? [created] : [], asked.maxAge, judgedAt);
}

function holds(vouched: readonly Vouched[]): {
  reason: 'SbomAccepted';
  message: string;
  details: Record<string, unknown>;
} {
  const [first] = vouched;
  const sbom = first ? sbomOf(first.claim) : null;
  if (!first || !sbom?.ok) return { reason: 'SbomAccepted', message: 'an SBOM was accepted', details: {} };
  const { format, specVersion, components, tool } = sbom.value;
  const by = `signed by ${first.authority.name}`;
  const message = `${format} ${specVersion} with ${components.length} components, ${by}`;
  return {
    reason: 'SbomAccepted',
    message,
    details: { format, specVersion, components: components.length, tool },
  };
}
