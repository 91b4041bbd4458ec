import { InMemoryEventStore } from '@varve/eventstore/testing';
import { SqliteEventStore } from '@varve/eventstore/sqlite';
import { Projector, type ProjectorOptions } from '@varve/projections';
import { SqliteReadModels, type SqliteTransaction } from '@varve/projections/sqlite';
import { join } from 'node:path';
import { afterTest } from '../../../../test/support/after-test.js';
import { temporaryFolder } from '../../../../test/support/temp-dir.js';
import type { OrderRow } from './totals.js';

export { charge, foldOf, totals, type OrderRow } from './totals.js';

export function rowsOf(readModels: SqliteReadModels): Promise<OrderRow[]> {
  return readModels.query('totals', (q) => q.all<OrderRow>('SELECT * FROM {totals} ORDER BY id'));
}

export async function openReadModels(
  file = join(temporaryFolder(), 'read-models.db'),
): Promise<SqliteReadModels> {
  const readModels = await SqliteReadModels.open({ file });
  afterTest(() => readModels.close());
  return readModels;
}

export function newLog(): InMemoryEventStore {
  const log = new InMemoryEventStore();
  afterTest(() => log.close());
  return log;
}

export async function openLog(file: string): Promise<SqliteEventStore> {
  const log = await SqliteEventStore.open({ file });
  afterTest(() => log.close());
  return log;
}

/** Retries at once, so that failures are quick. */
export const AT_ONCE = { retries: 0, firstDelay: 0, maxDelay: 0 };

export function projector(options: ProjectorOptions<SqliteTransaction>): Projector<SqliteTransaction> {
  const made = new Projector({ versionCheckInterval: 10, failurePolicy: AT_ONCE, ...options });
  afterTest(() => made.stop());
  return made;
}
