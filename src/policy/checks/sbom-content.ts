import { missingElements } from '../../attestations/sbom/minimum-elements.ts';
import { type Sbom, toolText } from '../../attestations/sbom/sbom.ts';
import type { Fault } from '../../reasons.ts';
import { otherImage } from '../attached-sboms.ts';
import type { SbomFile } from '../schema.ts';
import type { Placed } from '../vouching.ts';

export const ATTEST =
  'attest one in the pipeline that builds it: cosign attest --type spdxjson --predicate sbom.spdx.json NAME@DIGEST';

/** What a report says of an SBOM that was accepted: what it is, and by what it was made. */
export function sbomDetails({ format, specVersion, listed, tools }: Sbom): Record<string, unknown> {
  return { format, specVersion, components: listed, tool: toolText(tools) };
}

/** An SBOM in few words. */
export function sbomText({ format, specVersion, listed }: Sbom): string {
  return `${format} ${specVersion} with ${listed} components`;
}

/**
 * What an SBOM lacks of what a rule asks, whoever wrote it; null if it is this image's and has everything. `runnable` are
 * the digests of all that may run out of the index.
 */
export function sbomLacks(
  sbom: Sbom,
  { on, judged }: Pick<Placed, 'on' | 'judged'>,
  asked: SbomFile,
  runnable: readonly string[],
): Fault | null {
  const { format, components } = sbom;
  const other = otherImage(sbom, { on, judged }, runnable);
  if (other) return other;
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
  if (asked.minimumElements !== undefined) {
    const elements = missingElements(sbom, asked.minimumElements).map(
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
  return null;
}
