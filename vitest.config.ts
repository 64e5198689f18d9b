import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    // The default leaves one core to whoever watches: with two that is half of the machine.
    maxWorkers: '100%',
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['{packages,plugins}/*/src/**/*.test.ts'],
          benchmark: { include: ['{packages,plugins}/*/src/**/*.bench.ts'] },
          typecheck: {
            enabled: true,
            include: ['{packages,plugins}/*/src/**/*.test-d.ts'],
            tsconfig: './tsconfig.json',
          },
          // Properties run hundreds of cases, and machines are shared: the limit is for what hangs.
          testTimeout: 30_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['test/**/*.test.ts'],
          benchmark: { include: [] },
          pool: 'forks',
          setupFiles: ['test/e2e/kill-the-rest.ts'],
          testTimeout: 60_000,
        },
      },
    ],
    coverage: {
      provider: 'v8',
      include: ['packages/*/src/**'],
      exclude: ['**/*.test.ts', '**/*.test-d.ts', '**/*.test-support.ts', '**/*.bench.ts'],
      thresholds: { lines: 90 },
    },
  },
})
