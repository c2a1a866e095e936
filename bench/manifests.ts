import { mkdirSync, writeFileSync } from 'node:fs';
import { dump } from 'js-yaml';
import { join } from 'node:path';

const PER_FILE = 50;

/** Writes `count` deployments that share the images in turn, as a directory of files; returns its path. */
export function writeDeployments(workdir: string, count: number, images: readonly string[]): string {
  const directory = join(workdir, `deployments-${count}`);
  mkdirSync(directory);
  for (let start = 0; start < count; start += PER_FILE) {
    const numbers = Array.from({ length: Math.min(PER_FILE, count - start) }, (_, at) => start + at);
    const documents = numbers.map((number) => deployment(number, images[number % images.length] ?? ''));
    writeFileSync(join(directory, `${start}.yaml`), documents.map((one) => dump(one)).join('---\n'));
  }
  return directory;
}

/** Writes a pod for each image into one file; returns its path. */
export function writePods(workdir: string, images: readonly string[]): string {
  const path = join(workdir, 'pods.yaml');
  const pods = images.map((image, at) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `pod-${at}`, namespace: 'shop' },
    spec: { containers: [{ name: 'main', image }] },
  }));
  writeFileSync(path, pods.map((pod) => dump(pod)).join('---\n'));
  return path;
}

function deployment(number: number, image: string): object {
  const labels = { app: `service-${number}` };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: `service-${number}`, namespace: 'shop', labels },
    spec: {
      replicas: 2,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'main', image }] } },
    },
  };
}
