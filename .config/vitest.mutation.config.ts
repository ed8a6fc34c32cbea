import { defineConfig } from 'vitest/config';

/** The tests that mutation testing runs: those beside the codecs and checkers, without the ones that start programs. */
export default defineConfig({
  test: {
    root: '.',
    include: ['{hil/protocols,conformance/checkers,conformance/framework}/**/*.test.ts'],
    exclude: ['**/*mosquitto*', 'node_modules/**', 'dist/**'],
    testTimeout: 20_000,
  },
});
