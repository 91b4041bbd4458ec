import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const conditions = ['@varve/source', 'module', 'node', 'development|production'];

/** Suites that test the workspace rather than the product: `.ci/run` runs them after `npm test`. */
const workspace = ['lint', 'docs', 'package'];

/** Suites on real servers: `npm run test:services`. */
const services = ['services', 'faults-services'];

/** Where the children of tests, which are many, find what Node has compiled for others. */
const env = {
  NODE_COMPILE_CACHE: fileURLToPath(new URL('node_modules/.cache/varve-tests', import.meta.url)),
};

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  // A test's nearest tsconfig.json covers the sources alone, so the transformer is told about decorators here.
  oxc: { decorator: { legacy: true, emitDecoratorMetadata: true } },
  test: {
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // All of them: by default a machine with two would use one.
    maxWorkers: '100%',
    // A worker is kept for the next file, with the modules that it has loaded: that took a fifth of the time.
    isolate: false,
    restoreMocks: true,
    setupFiles: 'test/support/setup.ts',
    projects: [
      {
        extends: true,
        test: {
          name: 'product',
          env,
          include: ['libs/*/test/**/*.test.ts', 'apps/*/test/**/*.test.ts', 'test/**/*.test.ts'],
          exclude: [...workspace, ...services].map((name) => `test/${name}/**`),
        },
      },
      ...workspace.map((name) => ({
        extends: true as const,
        test: { name, include: [`test/${name}/**/*.test.ts`], testTimeout: 120_000 },
      })),
      {
        extends: true,
        test: {
          name: 'services',
          env,
          include: [
            ...services.map((name) => `test/${name}/**/*.test.ts`),
            'libs/*/test-services/**/*.test.ts',
            'apps/*/test-services/**/*.test.ts',
          ],
          globalSetup: 'test/services/global-setup.ts',
          // Beside the servers, which need the cores as well.
          maxWorkers: 2,
          testTimeout: 240_000,
          hookTimeout: 180_000,
          // By kafkajs 2.2.4 on Node 24: it asks for timers in the past, and gets them at once.
          execArgv: ['--disable-warning=TimeoutNegativeWarning'],
        },
      },
    ],
  },
});
