import type { Renderer } from '../report/renderer.ts';
import { terminalText } from '../report/terminal-text.ts';
import { parseReference } from '../registry/reference.ts';
import type { SweepReport, SweepUndetermined } from './sweep-report.ts';

/**
 * For a shell: what makes an SBOM of every image of which nothing is known, by its digest, with Syft and with Trivy. What cannot be
 * scanned so is a comment.
 */
export const sweepCommands: Renderer<SweepReport> = {
  render({ undetermined, coverage }) {
    const images = Map.groupBy(undetermined, (one) => JSON.stringify([pinned(one), one.platform]));
    const scans = [...images.values()].flatMap((same) => scan(same));
    const after = scans.some((line) => !line.startsWith('#'))
      ? [
          comment(
            'one of the two is enough; then ask again, with --sbom . for what is here and --accept unsigned',
          ),
        ]
      : [];
    const gaps = coverage.gaps.map(({ scope, name, message }) =>
      comment(`not seen: ${scope} ${name}: ${message}`),
    );
    return [...scans, ...after, ...gaps].map((line) => `${line}\n`).join('');
  },
};

function scan(same: readonly SweepUndetermined[]): string[] {
  const [first] = same;
  if (!first) return [];
  const reasons = [...new Set(same.map(({ reason }) => reason))].join(', ');
  const image = pinned(first);
  if (image === null)
    return [comment(`${first.image}: ${reasons}: no digest of it is known, so that it cannot be scanned`)];
  // Named by the image's digest, as --sbom reads them. Two names: neither is lost where both are run.
  const file = (tool: string) => quoted(`${image.digest.replace(':', '-')}.${tool}.cdx.json`);
  const platform = first.platform === null ? '' : ` --platform ${quoted(first.platform)}`;
  const name = quoted(image.name);
  return [
    comment(`${first.image}: ${reasons}`),
    `syft scan ${quoted(`registry:${image.name}`)}${platform} -o cyclonedx-json=${file('syft')}`,
    `trivy image --image-src remote${platform} --format cyclonedx --output ${file('trivy')} ${name}`,
  ];
}

/** The image by its digest alone, as it is scanned; null where no digest is known. */
function pinned({
  image,
  digest,
}: SweepUndetermined): { readonly name: string; readonly digest: string } | null {
  const parsed = parseReference(image);
  return parsed.ok && digest !== null ? { name: `${parsed.value.repository}@${digest}`, digest } : null;
}

function comment(text: string): string {
  return `# ${terminalText(text)}`;
}

/** A word of a POSIX shell (XCU 2.2.2): all signs but the quote itself stand for themselves. */
function quoted(word: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
