import { readModelsContract, type ReadModelsHarness } from '@varve/projections/testing';
import { enrol } from '../../../../test/support/enrol.js';
import { sqliteHarness } from './harness.js';

for (const where of ['a file', ':memory:'] as const) {
  enrol(`SQLite read models in ${where}`, readModelsContract, sqliteHarness(where) as ReadModelsHarness);
}
