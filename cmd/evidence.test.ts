import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serveShop, type ShopRegistry } from '../src/registry/shop-registry.fixture.ts';
import { directory, LAYOUT, pod, POLICY, run } from './fake-io.fixture.ts';

const HERE = ['--evidence', LAYOUT, '--policy', POLICY];

// Of the time of no test.
beforeAll(async () => {
  await import('./evidence-commands.ts');
}, 60_000);

describe('evidence show', () => {
  it('draws an image as a tree', async () => {
    const { exitCode, stdout } = await run([
      'evidence',
      'show',
      'registry.example.com/shop/cart:v1',
      ...HERE,
    ]);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('── signed by  https://github.com/acme/shop/');
  });

  it('is 3 where something could not be had', async () => {
    const images = ['registry.example.com/shop/cart:v1', 'registry.example.com/shop/fraud:v1'];
    const { exitCode, stdout } = await run(['evidence', 'show', ...images, ...HERE]);
    expect(exitCode).toBe(3);
    expect(stdout).toContain('unknown  NotInEvidence');
  });
});

describe('evidence save', () => {
  let shop: ShopRegistry;
  beforeAll(async () => {
    shop = await serveShop();
  });
  afterAll(() => shop.close());

  const plain = () => ['--plain-http', shop.host];

  it('saves what an audit on the other side of the air gap needs', async () => {
    const image = `${shop.host}/shop/cart:v1`;
    const cwd = directory({ 'pod.yaml': pod(image) });
    const saved = await run(['evidence', 'save', 'kept', '-f', join(cwd, 'pod.yaml'), ...plain()], { cwd });
    expect(saved).toMatchObject({
      stdout: expect.stringMatching(/^saved \d+ answers about 1 images in kept/) as unknown,
    });
    const online = await run(
      ['audit', '-f', join(cwd, 'pod.yaml'), '--policy', 'none', '-o', 'json', ...plain()],
      { cwd },
    );
    const asked = shop.requests();
    const offline = await run(['audit', '--evidence', 'kept', '--policy', 'none', '-o', 'json'], { cwd });
    expect(shop.requests()).toBe(asked);
    expect(offline.exitCode).toBe(online.exitCode);
    const judged = (stdout: string): unknown => ({ ...(JSON.parse(stdout) as object), metadata: null });
    expect(judged(offline.stdout)).toEqual(judged(online.stdout));
  });

  it('is done by an audit as well', async () => {
    const cwd = directory();
    const image = `${shop.host}/shop/cart:v1`;
    await run(['verify', image, '--policy', 'none', '--save-evidence', 'kept', ...plain()], { cwd });
    const offline = await run(['verify', image, '--policy', 'none', '--evidence', 'kept'], { cwd });
    expect(offline.stdout).not.toContain('NotInEvidence');
  });

  it('keeps SBOMs of a directory of the user, as signed by nobody', async () => {
    const bom = {
      bomFormat: 'CycloneDX',
      specVersion: '1.6',
      components: [{ type: 'library', name: 'a', version: '1.0.0', purl: 'pkg:npm/a@1.0.0' }],
    };
    const policy = `apiVersion: kubectl-supplychain/v1alpha1
kind: Policy
metadata: { name: own }
spec: { rules: [{ name: sboms, sbom: { allowUnsigned: true } }], default: allow }
`;
    const hex = shop.cart.digest.slice('sha256:'.length);
    const cwd = directory({ 'policy.yaml': policy, [`boms/${hex}.json`]: JSON.stringify(bom) });
    const image = `${shop.host}/shop/cart:v1`;
    const asked = ['verify', image, '--policy', 'policy.yaml', '-o', 'json'];
    const live = await run([...asked, '--sbom', 'boms', '--save-evidence', 'kept', ...plain()], { cwd });
    expect(live.stdout).toContain('SbomAccepted');
    const judged = (stdout: string): unknown => ({ ...(JSON.parse(stdout) as object), metadata: null });
    for (const kept of ['kept', 'more', 'more.tar']) {
      if (kept !== 'kept') await run(['evidence', 'save', kept, '--evidence', 'kept'], { cwd });
      const saved = await run([...asked, '--evidence', kept], { cwd });
      expect(judged(saved.stdout)).toEqual(judged(live.stdout));
    }
    const shown = await run(['evidence', 'show', image, '--evidence', 'kept', '--policy', 'none'], { cwd });
    expect(shown.stdout).toMatch(/contains {2}1 components \(cyclonedx 1\.6\), signed by nobody/);
    expect(shown.stdout).toMatch(/from own directory, at .*boms/);
  });

  it('lets no file name move the cursor', async () => {
    const { exitCode, stderr } = await run(['evidence', 'save', 'kept', '-f', 'a\u001B[2J.yaml', ...plain()]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('not seen: a\\u{1b}[2J.yaml');
    expect(stderr.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
  });

  it.each<[string, () => string[], string]>([
    ['no directory', () => ['evidence', 'save'], 'name the directory to save into'],
    [
      'nothing to save',
      () => ['evidence', 'save', 'kept'],
      'wants images, manifests with -f or -k, or a cluster',
    ],
    [
      'images beside manifests',
      () => ['evidence', 'save', 'kept', 'a/b', '-f', 'x.yaml'],
      'wants images, manifests with -f',
    ],
    [
      'saved evidence as a source',
      () => ['evidence', 'save', 'kept', 'a/b', '--evidence', 'x'],
      'adds all that was saved there; name no images',
    ],
    [
      'both directions at once',
      () => ['verify', 'a/b', '--policy', 'none', '--evidence', LAYOUT, '--save-evidence', 'kept'],
      'name one of them',
    ],
    ['a directory of somebody else', () => ['evidence', 'save', '.', 'a/b'], 'evidence save: '],
    [
      'evidence without workloads',
      () => ['audit', '--evidence', LAYOUT, '--policy', 'none'],
      'it holds no workloads',
    ],
    ['no action', () => ['evidence'], 'name one of evidence save, show; see'],
    [
      'an action that is nearly there',
      () => ['evidence', 'svae'],
      'did you mean "kubectl supplychain evidence save"?',
    ],
    ['manifests to show', () => ['evidence', 'show', 'a/b', '-f', 'x'], 'unknown flag -f'],
    ['no image', () => ['evidence', 'show'], 'name an image'],
    ['an image that is none', () => ['evidence', 'show', 'Acme/X', '--policy', 'none'], 'upper-case'],
  ])('refuses %s', async (_what, args, message) => {
    const { exitCode, stderr } = await run(args(), { cwd: directory({ 'other.txt': 'x' }) });
    expect(exitCode).toBe(2);
    expect(stderr).toContain(message);
  });
});
