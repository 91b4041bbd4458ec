import { defineConfig } from 'vitest/config';

const conditions = ['@varve/source', 'module', 'node', 'development|production'];

/** Suites that test the workspace rather than the product: `.ci/run` runs them after `npm test`. */
const workspace = ['lint', 'docs', 'package'];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  // A test's nearest tsconfig.json covers the sources alone, so the transformer is told about decorators here.
  oxc: { decorator: { legacy: true, emitDecoratorMetadata: true } },
  test: {
    testTimeout: 30_000,
    hookTimeout: 30_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'product',
          include: ['libs/*/test/**/*.test.ts', 'apps/*/test/**/*.test.ts', 'test/**/*.test.ts'],
          exclude: workspace.map((name) => `test/${name}/**`),
        },
      },
      ...workspace.map((name) => ({
        extends: true as const,
        test: { name, include: [`test/${name}/**/*.test.ts`], testTimeout: 120_000 },
      })),
    ],
  },
});
