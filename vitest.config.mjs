import { defineConfig } from 'vitest/config'

/** Workspace packages are tested from their sources. */
const conditions = ['yuzhi-source', 'node', 'import', 'default']

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ['schemas/src/**/*.test.ts', 'packages/*/src/**/*.test.ts', 'services/*/src/**/*.test.ts', 'test/src/**/*.test.ts'],
    globalSetup: ['packages/kafka/src/test-broker-setup.ts'],
    // Native parts (nodejieba, chdb) are not for worker threads.
    pool: 'forks',
    // Tests of the stream wait more than they compute.
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
