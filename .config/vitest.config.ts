import { defineConfig } from 'vitest/config';

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
      {
        test: {
          name: 'system',
          include: ['scenarios/test/**/*.test.ts'],
          fileParallelism: false,
          testTimeout: 180_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
