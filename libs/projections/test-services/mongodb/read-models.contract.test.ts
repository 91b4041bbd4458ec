import { readModelsContract } from '@varve/projections/testing';
import { afterAll, it } from 'vitest';
import { ReadModelsBench } from './bench.js';
import { mongoHarness } from './harness.js';
import { describeTransactional, hasTransactions, notRun } from './servers.js';

if (!hasTransactions) console.warn(`MongoDB read models: ${notRun}.`);

describeTransactional('MongoDB read models keep the rules of ReadModels', (server) => {
  const bench = new ReadModelsBench(server);
  afterAll(() => bench.dispose());
  const harness = mongoHarness(bench);

  for (const rule of readModelsContract) it(rule.name, () => rule.run(harness));
});
