import { whyNot } from '@varve/eventstore/testing';
import { readModelsContract, type ReadModelsHarness } from '@varve/projections/testing';
import { describe, it } from 'vitest';
import { sqliteHarness } from './harness.js';

describe.each(['a file', ':memory:'] as const)('SQLite read models in %s', (where) => {
  const harness = sqliteHarness(where) as ReadModelsHarness;
  for (const rule of readModelsContract) {
    it(rule.name, async ({ skip }) => {
      const why = whyNot(rule, harness);
      if (why) skip(why);
      await rule.run(harness);
    });
  }
});
