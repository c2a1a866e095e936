import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, cpSync, rmSync } from 'node:fs';
import { build } from 'rolldown';

/** Bundles the program into dist/: a chunk per command, so that a command costs what it needs, and the launcher that kubectl finds. */
rmSync('dist', { recursive: true, force: true });
await build({
  // The entry must not be called kubectl-…: kubectl would take it for a plugin that is not executable.
  input: 'cmd/kubectl-supplychain.ts',
  platform: 'node',
  // Of the Kubernetes client only what reads a kubeconfig is used; its models would be twice that.
  treeshake: { moduleSideEffects: [{ test: /@kubernetes[\\/]client-node/, sideEffects: false }] },
  output: {
    dir: 'dist',
    format: 'esm',
    entryFileNames: 'main.mjs',
    chunkFileNames: 'chunks/[name]-[hash].mjs',
  },
});
copyFileSync('scripts/kubectl-supplychain.sh', 'dist/kubectl-supplychain');
chmodSync('dist/kubectl-supplychain', 0o755);
copyFileSync('plugin-manifest/kubectl_complete-supplychain', 'dist/kubectl_complete-supplychain');
cpSync('plugin-manifest/completion', 'dist/plugin-manifest/completion', { recursive: true });

// Fills the compile cache, so that the first run of a user is as fast as the second. What comes of the audit does not matter.
const audit = ['audit', '-f', 'testdata/manifests', '--evidence', 'testdata/layout'];
spawnSync(process.execPath, ['dist/main.mjs', ...audit, '--policy', 'testdata/policy.yaml'], {
  stdio: 'ignore',
});
