import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { run } from './fake-io.fixture.ts';

it('a proxy that the environment names is asked, and what is secret in its address is told nowhere', async () => {
  const asked: string[] = [];
  const proxy = createServer(({ url, headers }, response) => {
    asked.push(`${url} ${headers['proxy-authorization'] ?? ''}`);
    response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => void proxy.listen(0, '127.0.0.1', resolve));
  const { port } = proxy.address() as AddressInfo;
  const flags = ['--plain-http=registry.test', '--policy=none', '--offline', '--cache-dir=none', '-v', '6'];
  const env = { HTTP_PROXY: `http://ann:s3cret@127.0.0.1:${port}`, NO_PROXY: 'other.test' };
  const ran = await run(['verify', 'registry.test/acme/cart:v1', ...flags, '-o', 'json'], { env });
  proxy.closeAllConnections();
  proxy.close();
  expect(asked).toEqual([
    `http://registry.test/v2/acme/cart/manifests/v1 Basic ${Buffer.from('ann:s3cret').toString('base64')}`,
  ]);
  expect(ran.stdout).toContain('ImageNotFound');
  expect(ran.stdout + ran.stderr).not.toContain('s3cret');
});
