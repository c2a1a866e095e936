import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { mustRun } from '../sigstore/run.ts';

/** A Git repository on disk, as Argo CD can sync from. */
export interface Repository {
  /** `file:///…` */
  readonly url: string;
  /** Replaces everything on `main` by these files; gives the commit. */
  commit(files: Readonly<Record<string, string>>): Promise<string>;
}

const NOBODY = {
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: 'test',
  GIT_AUTHOR_EMAIL: 'test@test.example',
  GIT_COMMITTER_NAME: 'test',
  GIT_COMMITTER_EMAIL: 'test@test.example',
};

export async function makeRepository(folder: string): Promise<Repository> {
  mkdirSync(folder, { recursive: true });
  const git = (...args: string[]) => mustRun('git', args, { cwd: folder, env: { HOME: folder, ...NOBODY } });
  await git('init', '-q', '-b', 'main', '.');
  return {
    url: `file://${folder}`,
    async commit(files) {
      await git('rm', '-rqf', '--ignore-unmatch', '.');
      for (const [path, text] of Object.entries(files)) {
        rmSync(join(folder, path), { force: true });
        mkdirSync(dirname(join(folder, path)), { recursive: true });
        writeFileSync(join(folder, path), text);
      }
      await git('add', '-A');
      await git('commit', '-q', '--allow-empty', '-m', 'change');
      return (await git('rev-parse', 'HEAD')).stdout.trim();
    },
  };
}
