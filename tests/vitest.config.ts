//! Three projects: `e2e` (scripts against the running Workers), `faults` (what happens when things break) and
//! `browser` (real Chromium).
//!
//! Files run one after another and share one server, which any of them may kill and start again.
import { defineConfig } from 'vitest/config';

const shared = {
  root: import.meta.dirname,
  globalSetup: './harness/setup.ts',
  setupFiles: './harness/leakless.ts',
  fileParallelism: false,
  pool: 'forks' as const,
  testTimeout: 60_000,
  hookTimeout: 120_000,
};

export default defineConfig({
  test: {
    root: import.meta.dirname,
    fileParallelism: false,
    projects: [
      { test: { ...shared, name: 'e2e', include: ['{attacks,bench,harness,rest,live,results,jobs,operations,protocol}/**/*.test.ts'] } },
      { test: { ...shared, name: 'faults', include: ['faults/**/*.test.ts'], disableConsoleIntercept: true } },
      { test: { ...shared, name: 'browser', include: ['browser/**/*.test.ts'], testTimeout: 180_000 } },
    ],
  },
});
