import { defineConfig } from 'vitest/config';

/** Unit tests stand beside what they test; `npm run test:e2e` runs the others, which need real servers. */
export default defineConfig({
  test: {
    // One more than Vitest's own choice, which leaves a core to whoever sits before the machine.
    maxWorkers: '100%',
    projects: [
      {
        test: {
          name: 'unit',
          // A busy machine is no defect.
          testTimeout: 30_000,
          // Files share what they import, which takes a third off the time of all.
          isolate: false,
          globalSetup: 'test/temporary-files.ts',
          include: [
            '{src,cmd}/**/*.test.ts',
            'test/*.test.ts',
            'test/sigstore/*.test.ts',
            'test/forge/*.test.ts',
            'test/fuzz/*.test.ts',
          ],
          exclude: ['**/*.mocked.test.ts'],
        },
      },
      {
        test: {
          // Who puts something in the place of a module has it for himself.
          name: 'mocked',
          testTimeout: 30_000,
          globalSetup: 'test/temporary-files.ts',
          include: ['src/**/*.mocked.test.ts'],
        },
      },
      {
        test: {
          name: 'e2e',
          globalSetup: 'test/temporary-files.ts',
          include: ['test/e2e/**/*.e2e.ts', 'test/hostile-registry/*.e2e.ts'],
          testTimeout: 120_000,
          // The first run of all builds the tools: Kubernetes alone takes six minutes.
          hookTimeout: 1_800_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
