import { parseArgs } from 'node:util';
import { notationPolicy } from '../../cmd/notation-config.ts';
import { readBounded } from '../../cmd/policy-files.ts';
import { audit } from '../../src/audit.ts';
import { COLLECTORS } from '../../src/evidence/collectors.ts';
import { createRevocationClient } from '../../src/evidence/revocation-client.ts';
import { REQUEST_MS } from '../../src/limits.ts';
import { loadPolicy } from '../../src/policy/load.ts';
import { openLayout } from '../../src/registry/layout.ts';
import type { ReportFinding } from '../../src/report/report.ts';
import { readTrustStore } from '../../src/trust-roots/notation-store.ts';
import { publicGoodRoot } from '../../src/verify/public-good.ts';
import { createImageSource } from '../../src/workloads/images.ts';

export interface VerifyNotation {
  /** Notation's configuration: the directory of trustpolicy.json and truststore. */
  readonly config: string;
  readonly layout: string;
  /** The image by the name that the trust policy's scopes are held against, as `registry/repository@sha256:…`. */
  readonly image: string;
  readonly at?: Date | undefined;
  readonly offline?: boolean | undefined;
  /** Hosts on this machine that certificates may name. */
  readonly allow?: readonly string[] | undefined;
}

/**
 * What `notation verify --oci-layout` does, by the code of this program: a layout is held against Notation's configuration, and revocation
 * is asked for, although the image lies on disk. Throws for a configuration or layout that cannot be used.
 */
export async function verifyNotation({
  config,
  layout,
  image,
  at,
  offline = false,
  allow = [],
}: VerifyNotation): Promise<readonly ReportFinding[]> {
  const opened = await openLayout(layout);
  if (!opened.ok) throw new Error(opened.fault.message);
  const file = notationPolicy(config, { cwd: '/' });
  const loaded = loadPolicy(
    [file],
    [publicGoodRoot()],
    (path, limit) => readBounded(path, path, limit),
    undefined,
    readTrustStore,
  );
  if (!loaded.ok) throw new Error(loaded.errors.map(({ message }) => message).join('; '));
  const clock = () => new Date();
  const client = createRevocationClient({
    clock,
    insecure: new Set(),
    allowRedirect: new Set(allow),
    userAgent: 'conformance',
    concurrencyPerHost: 8,
    requestMs: REQUEST_MS,
  });
  try {
    const report = await audit({
      source: createImageSource([image]),
      registry: opened.value,
      collectors: COLLECTORS,
      policy: loaded.policy,
      trust: loaded.policy.trust,
      revocation: offline ? null : client,
      platform: null,
      concurrency: 1,
      timeout: 60_000,
      failOn: 'unknown',
      generatedAt: clock(),
      judgedAt: at ?? clock(),
      tool: 'conformance',
    });
    return report.workloads.flatMap(({ containers }) => containers.flatMap(({ findings }) => findings));
  } finally {
    await client.close();
  }
}

/** `verify --config DIR [--scope REPOSITORY] [--at TIME] [--offline] LAYOUT@DIGEST|LAYOUT:TAG`. Throws with the reason if it does not verify. */
export async function verifyNotationCommand(args: readonly string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      config: { type: 'string' },
      scope: { type: 'string', default: 'localhost/layout' },
      at: { type: 'string' },
      offline: { type: 'boolean', default: false },
    },
  });
  const [command, reference = '', ...more] = positionals;
  const [, layout, tail] = /^(.+?)(@sha256:[0-9a-f]{64}|:[\w.-]+)$/.exec(reference) ?? [];
  if (command !== 'verify' || layout === undefined || tail === undefined || !values.config || more.length > 0)
    throw new Error('usage: verify --config DIR [--scope REPOSITORY] LAYOUT@DIGEST');
  const at = values.at === undefined ? undefined : new Date(values.at);
  const image = `${values.scope}${tail}`;
  const findings = await verifyNotation({
    config: values.config,
    layout,
    image,
    at,
    offline: values.offline,
  });
  for (const { status, reason, message } of findings)
    process.stdout.write(`${status} ${reason}: ${message}\n`);
  const bad = findings.find(({ status }) => status !== 'pass' && status !== 'warn');
  if (bad ?? findings.length === 0)
    throw new Error(bad ? `${bad.reason}: ${bad.message}` : 'nothing was judged');
}
