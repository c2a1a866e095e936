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
    const images = Map.groupBy(undetermined, (one) =>
      JSON.stringify([pinned(one), one.platform, one.children]),
    );
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
  const platform =
    first.platform === null || first.children.length > 0 ? '' : ` --platform ${quoted(first.platform)}`;
  // What is found in an index by one platform's packages says nothing of the others'.
  const digests = first.children.length > 0 ? first.children : [image.digest];
  return [
    comment(`${first.image}: ${reasons}`),
    ...digests.flatMap((digest) => scansOf(image.repository, digest, platform)),
  ];
}

function scansOf(repository: string, digest: string, platform: string): readonly string[] {
  // Named by the image's digest, as --sbom reads them. Two names: neither is lost where both are run.
  const file = (end: string) => quoted(`${digest.replace(':', '-')}.${end}`);
  const name = `${repository}@${digest}`;
  return [
    `syft scan ${quoted(`registry:${name}`)}${platform} -o syft-json=${file('syft.json')}`,
    `trivy image --image-src remote${platform} --format cyclonedx --output ${file('trivy.cdx.json')} ${quoted(name)}`,
  ];
}

/** The image by its digest alone, as it is scanned; null where no digest is known. */
function pinned({
  image,
  digest,
}: SweepUndetermined): { readonly repository: string; readonly digest: string } | null {
  const parsed = parseReference(image);
  return parsed.ok && digest !== null ? { repository: parsed.value.repository, digest } : null;
}

function comment(text: string): string {
  return `# ${terminalText(text)}`;
}

/** A word of a POSIX shell (XCU 2.2.2): all signs but the quote itself stand for themselves. */
function quoted(word: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
