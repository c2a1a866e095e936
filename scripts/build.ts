import { chmodSync, copyFileSync, rmSync } from 'node:fs';
import { build } from 'rolldown';

/** Bundles the program into dist/: a chunk per command, so that a command costs what it needs, and the launcher that kubectl finds. */
rmSync('dist', { recursive: true, force: true });
await build({
  // The entry must not be called kubectl-…: kubectl would take it for a plugin that is not executable.
  input: 'cmd/kubectl-supplychain.ts',
  platform: 'node',
  output: {
    dir: 'dist',
    format: 'esm',
    entryFileNames: 'main.mjs',
    chunkFileNames: 'chunks/[name]-[hash].mjs',
  },
});
copyFileSync('scripts/kubectl-supplychain.sh', 'dist/kubectl-supplychain');
chmodSync('dist/kubectl-supplychain', 0o755);
