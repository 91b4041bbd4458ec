import { InMemoryEventStore } from '@varve/eventstore/testing';
import { SqliteEventStore } from '@varve/eventstore/sqlite';
import { Projector, type ProjectorOptions } from '@varve/projections';
import { SqliteReadModels, type SqliteTransaction } from '@varve/projections/sqlite';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import { temporaryFolder } from '../../../../test/support/temp-dir.js';
import type { OrderRow } from './totals.js';

export { charge, foldOf, totals, type OrderRow } from './totals.js';

export function rowsOf(readModels: SqliteReadModels): Promise<OrderRow[]> {
  return readModels.query('totals', (q) => q.all<OrderRow>('SELECT * FROM {totals} ORDER BY id'));
}

const closing: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

export function closeAfterwards(close: () => Promise<void>): void {
  closing.push(close);
}

export async function openReadModels(
  file = join(temporaryFolder(), 'read-models.db'),
): Promise<SqliteReadModels> {
  const readModels = await SqliteReadModels.open({ file });
  closeAfterwards(() => readModels.close());
  return readModels;
}

export function newLog(): InMemoryEventStore {
  const log = new InMemoryEventStore();
  closeAfterwards(() => log.close());
  return log;
}

export async function openLog(file: string): Promise<SqliteEventStore> {
  const log = await SqliteEventStore.open({ file });
  closeAfterwards(() => log.close());
  return log;
}

/** Retries at once, so that failures are quick. */
export const AT_ONCE = { retries: 0, firstDelay: 0, maxDelay: 0 };

export function projector(options: ProjectorOptions<SqliteTransaction>): Projector<SqliteTransaction> {
  const made = new Projector({ versionCheckInterval: 10, failurePolicy: AT_ONCE, ...options });
  closeAfterwards(() => made.stop());
  return made;
}
