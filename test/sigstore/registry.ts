import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dump } from 'js-yaml';
import { freePorts, type Running, startServer } from './servers.ts';

/** An empty registry on loopback, without TLS and without credentials. */
export interface LoopbackRegistry extends Running {
  /** `127.0.0.1:port`, as in image references. */
  readonly host: string;
  readonly url: string;
}

/** olareg: has the referrers API. Without a port it takes a free one. */
export async function startOlareg(options: {
  workdir: string;
  toolsBin: string;
  port?: number;
}): Promise<LoopbackRegistry> {
  mkdirSync(options.workdir, { recursive: true });
  const [free = 0] = await freePorts(1);
  const { port = free } = options;
  const url = `http://127.0.0.1:${port}`;
  const server = await startServer({
    command: join(options.toolsBin, 'olareg'),
    args: [
      'serve',
      '--addr=127.0.0.1',
      `--port=${port}`,
      '--store-type=mem',
      '--gc-frequency=-1s',
      '--gc-referrer-subject=false',
    ],
    log: join(options.workdir, 'olareg.log'),
    ready: `${url}/v2/`,
  });
  return { host: `127.0.0.1:${port}`, url, ...server };
}

/** The registry that comes with crane, of go-containerregistry. */
export async function startCraneRegistry(options: {
  workdir: string;
  toolsBin: string;
}): Promise<LoopbackRegistry> {
  mkdirSync(options.workdir, { recursive: true });
  const [port = 0] = await freePorts(1);
  const url = `http://127.0.0.1:${port}`;
  const server = await startServer({
    command: join(options.toolsBin, 'crane'),
    args: ['registry', 'serve', `--address=127.0.0.1:${port}`],
    log: join(options.workdir, 'crane-registry.log'),
    ready: `${url}/v2/`,
  });
  return { host: `127.0.0.1:${port}`, url, ...server };
}

/**
 * Docker's registry 2.8 as Debian packages it: keeps manifests with a `subject`, and has no referrers API. What it keeps is still
 * there when it is started again in the same directory. `htpasswd` is the file of those who may read and write; everybody without it.
 */
export async function startDockerRegistry(options: {
  workdir: string;
  htpasswd?: string;
}): Promise<LoopbackRegistry> {
  mkdirSync(options.workdir, { recursive: true });
  const [port = 0] = await freePorts(1);
  const url = `http://127.0.0.1:${port}`;
  const config = join(options.workdir, 'docker-registry.yml');
  const storage = {
    filesystem: { rootdirectory: join(options.workdir, 'docker-registry') },
    delete: { enabled: true },
  };
  const { htpasswd: path } = options;
  const auth = path === undefined ? {} : { auth: { htpasswd: { realm: 'loopback', path } } };
  writeFileSync(config, dump({ version: '0.1', storage, ...auth, http: { addr: `127.0.0.1:${port}` } }));
  const server = await startServer({
    command: '/usr/bin/docker-registry',
    args: ['serve', config],
    log: join(options.workdir, 'docker-registry.log'),
    // `/v2/` asks for credentials.
    ready: `${url}/`,
  });
  return { host: `127.0.0.1:${port}`, url, ...server };
}
