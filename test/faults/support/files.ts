import { join } from 'node:path';
import { SqliteEventStore } from '@varve/eventstore/sqlite';
import { SqliteReadModels } from '@varve/projections/sqlite';
import { afterTest } from '../../support/after-test.ts';
import { temporaryFolder } from '../../support/temp-dir.js';

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
  afterTest(() => log.close());
  return log;
}

/** Closed after the test. */
export async function openReadModels(file: string): Promise<SqliteReadModels> {
  const readModels = await SqliteReadModels.open({ file, busyTimeout: 20_000 });
  afterTest(() => readModels.close());
  return readModels;
}
