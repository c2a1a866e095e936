import { readFile } from 'node:fs/promises';
import { delimiter, dirname, isAbsolute, join, resolve } from 'node:path';
import { YAMLException, load } from 'js-yaml';
import { z } from 'zod';
import { KUBECONFIG_BYTES } from '../limits.ts';
import { failed, ok, type Outcome } from '../reasons.ts';
import { wrongKind } from '../wrong-field.ts';

/** Go reads a null, an absent field and an empty text alike. */
const text = z
  .string()
  .nullish()
  .transform((value) => value || undefined);
const texts = z
  .array(z.string())
  .nullish()
  .transform((value) => value ?? []);
const flag = z
  .boolean()
  .nullish()
  .transform((value) => value ?? false);

const clusterSchema = z.looseObject({
  server: text,
  'certificate-authority': text,
  'certificate-authority-data': text,
  'insecure-skip-tls-verify': flag,
  'tls-server-name': text,
  'proxy-url': text,
});

const execSchema = z.looseObject({
  apiVersion: text,
  command: z.string().min(1),
  args: texts,
  env: z
    .array(z.looseObject({ name: z.string(), value: z.string() }))
    .nullish()
    .transform((value) => value ?? []),
  interactiveMode: text,
  provideClusterInfo: flag,
});

const userSchema = z.looseObject({
  'client-certificate': text,
  'client-certificate-data': text,
  'client-key': text,
  'client-key-data': text,
  token: text,
  tokenFile: text,
  username: text,
  password: text,
  as: text,
  'as-uid': text,
  'as-groups': texts,
  'as-user-extra': z
    .record(z.string(), z.array(z.string()))
    .nullish()
    .transform((value) => value ?? {}),
  exec: execSchema.nullish().transform((value) => value ?? undefined),
  'auth-provider': z
    .looseObject({ name: z.string(), config: z.record(z.string(), z.string()).nullish() })
    .nullish()
    .transform((value) => value ?? undefined),
});

const contextSchema = z.looseObject({ cluster: text, user: text, namespace: text });

/** A list of entries with a name each; one without content is there and empty. */
function entries<Shape extends z.ZodRawShape>(shape: Shape) {
  return z
    .array(z.looseObject({ name: z.string(), ...shape }))
    .nullish()
    .transform((value) => value ?? []);
}

const fileSchema = z.looseObject({
  clusters: entries({ cluster: clusterSchema }),
  users: entries({ user: userSchema.nullish() }),
  contexts: entries({ context: contextSchema }),
  'current-context': text,
});

export type ClusterEntry = z.infer<typeof clusterSchema>;
export type UserEntry = z.infer<typeof userSchema>;
export type ContextEntry = z.infer<typeof contextSchema>;
export type ExecEntry = z.infer<typeof execSchema>;

/** A user who shows nothing. */
export const NOBODY: UserEntry = userSchema.parse({});

/** What all kubeconfig files of a user say together. Paths in it are absolute. */
export interface Kubeconfig {
  /** The files that were there. */
  readonly files: readonly string[];
  readonly clusters: ReadonlyMap<string, ClusterEntry>;
  readonly users: ReadonlyMap<string, UserEntry>;
  readonly contexts: ReadonlyMap<string, ContextEntry>;
  readonly currentContext: string | null;
}

export interface KubeconfigPlaces {
  readonly env: NodeJS.ProcessEnv;
  /** null where the surroundings name none. */
  readonly homedir: string | null;
  readonly cwd: string;
  /** The file that --kubeconfig names. */
  readonly path: string | null;
}

/**
 * Reads the kubeconfig as kubectl does (client-go, clientcmd/loader.go, "ClientConfigLoadingRules"): --kubeconfig alone, else
 * the files of $KUBECONFIG, else ~/.kube/config. Of several files the first that names something counts, and one that is not
 * there is passed over, except the one that --kubeconfig names. No message quotes a file, as credentials stand in it.
 */
export async function readKubeconfig({
  env,
  homedir,
  cwd,
  path,
}: KubeconfigPlaces): Promise<Outcome<Kubeconfig>> {
  const listed = (env['KUBECONFIG'] ?? '').split(delimiter).filter((one) => one !== '');
  const paths =
    path !== null
      ? [path]
      : listed.length > 0
        ? listed
        : homedir === null
          ? []
          : [join(homedir, '.kube', 'config')];
  const files: string[] = [];
  const clusters = new Map<string, ClusterEntry>();
  const users = new Map<string, UserEntry>();
  const contexts = new Map<string, ContextEntry>();
  let currentContext: string | null = null;
  for (const file of new Set(paths.map((one) => resolve(cwd, one)))) {
    const read = await readOne(file);
    if (!read.ok) return read;
    if (read.value === null && path !== null)
      return failed(
        'FileUnreadable',
        `the kubeconfig ${file} is not there`,
        'name another with --kubeconfig',
      );
    if (read.value === null) continue;
    files.push(file);
    const directory = dirname(file);
    for (const { name, cluster } of read.value.clusters)
      if (!clusters.has(name)) clusters.set(name, clusterFrom(directory, cluster));
    for (const { name, user } of read.value.users)
      if (!users.has(name)) users.set(name, user ? userFrom(directory, user) : NOBODY);
    for (const { name, context } of read.value.contexts) if (!contexts.has(name)) contexts.set(name, context);
    currentContext ??= read.value['current-context'] ?? null;
  }
  return ok({ files, clusters, users, contexts, currentContext });
}

/** null where there is no such file. */
async function readOne(file: string): Promise<Outcome<z.infer<typeof fileSchema> | null>> {
  let content: Buffer;
  try {
    content = await readFile(file);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    if (code === 'ENOENT') return ok(null);
    return failed(
      'FileUnreadable',
      `the kubeconfig ${file} cannot be read (${code})`,
      'check its permissions',
    );
  }
  if (content.length > KUBECONFIG_BYTES)
    return failed(
      'LimitExceeded',
      `the kubeconfig ${file} is longer than the limit of ${KUBECONFIG_BYTES} bytes`,
    );
  const wrong = (where: string, what: string) =>
    failed(
      'InputInvalid',
      `the kubeconfig ${file} is not what it must be: ${where}: ${what}`,
      'correct the file',
    );
  let value: unknown;
  try {
    value = load(content.toString('utf8'));
  } catch (error) {
    const mark = error instanceof YAMLException ? error.mark : undefined;
    return wrong(`line ${(mark?.line ?? 0) + 1}`, 'this is not valid YAML');
  }
  const parsed = fileSchema.safeParse(value ?? {}, { error: wrongKind });
  if (parsed.success) return ok(parsed.data);
  const [issue] = parsed.error.issues;
  return wrong(issue?.path.join('.') || 'the file', issue?.message ?? 'invalid');
}

function clusterFrom(directory: string, entry: ClusterEntry): ClusterEntry {
  return { ...entry, 'certificate-authority': absolute(directory, entry['certificate-authority']) };
}

function userFrom(directory: string, entry: UserEntry): UserEntry {
  const { exec } = entry;
  // client-go, loader.go, "ResolvePath" and exec.go: a bare name is looked for on PATH, and a path is the file's.
  const command = exec && /[/\\]/.test(exec.command) ? absolute(directory, exec.command) : exec?.command;
  return {
    ...entry,
    'client-certificate': absolute(directory, entry['client-certificate']),
    'client-key': absolute(directory, entry['client-key']),
    tokenFile: absolute(directory, entry.tokenFile),
    exec: exec && command !== undefined ? { ...exec, command } : undefined,
  };
}

function absolute(directory: string, path: string): string;
function absolute(directory: string, path: string | undefined): string | undefined;
function absolute(directory: string, path: string | undefined): string | undefined {
  return path === undefined || isAbsolute(path) ? path : join(directory, path);
}
