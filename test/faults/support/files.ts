import { join } from 'node:path';
import { SqliteEventStore } from '@varve/eventstore/sqlite';
import { SqliteReadModels } from '@varve/projections/sqlite';
import { afterEach } from 'vitest';
import { temporaryFolder } from '../../support/temp-dir.js';

const closing: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

export interface Files {
  readonly logFile: string;
  readonly readModelsFile: string;
}

export function filesIn(folder = temporaryFolder()): Files {
  return { logFile: join(folder, 'log.db'), readModelsFile: join(folder, 'read-models.db') };
}

/** Closed after the test. */
export async function openLog(file: string): Promise<SqliteEventStore> {
  const log = await SqliteEventStore.open({ file, busyTimeout: 20_000 });
  closing.push(() => log.close());
  return log;
}

/** Closed after the test. */
export async function openReadModels(file: string): Promise<SqliteReadModels> {
  const readModels = await SqliteReadModels.open({ file, busyTimeout: 20_000 });
  closing.push(() => readModels.close());
  return readModels;
}
