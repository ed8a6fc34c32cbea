import { defineConfig } from 'vitest/config';

/** What takes minutes: `npm run known-answers`, and the nightly workflow. */
const NIGHTLY = {
  test: { name: 'nightly', include: ['scenarios/test/nightly/**/*.test.ts'], fileParallelism: false, testTimeout: 600_000, hookTimeout: 120_000 },
};

/**
 * Two projects: `unit` (fast, beside the code) and `system` (`scenarios/test`: the built CLI, real child processes,
 * foreign software). System files run one after another, because a 2-core machine cannot time two runs at once.
 */
export default defineConfig({
  test: {
    root: '.',
    reporters: ['default'],
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{hil,sim,conformance,reports,scenarios}/**/*.test.ts'],
          exclude: ['scenarios/test/**', 'node_modules/**', 'dist/**'],
          testTimeout: 20_000,
        },
      },
      ...(process.env['FP_NIGHTLY'] === '1' ? [NIGHTLY] : []),
      {
        test: {
          name: 'system',
          include: ['scenarios/test/*.test.ts'],
          fileParallelism: false,
          testTimeout: 180_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
