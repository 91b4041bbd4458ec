import { stat } from 'node:fs/promises';
import {
  InvalidOptionsError,
  missingDriver,
  type CopySource,
  type EventStore,
  type LogFilling,
  type MovableLog,
  type VerifiableLog,
} from '@varve/eventstore';
import type { ReadModels } from '../projection/read-models.js';
import { parseStoreName } from './log/log-name.js';

export type NamedLog = EventStore & VerifiableLog & MovableLog;

/** Opens what was named on the command line. The drivers come in only here: `--help` costs nothing. */
export async function openNamedLog(name: string): Promise<NamedLog> {
  const place = parseStoreName(name);
  if (place.kind === 'mongodb') return (await mongodb()).connectLog(place);
  await assertNotEmpty(place.file);
  return (await sqlite()).openLogFile(place);
}

export async function openNamedReadModels(name: string): Promise<ReadModels<unknown>> {
  const place = parseStoreName(name);
  if (place.kind === 'mongodb') return (await mongodb()).connectReadModels(place);
  await assertNotEmpty(place.file);
  return (await sqlite()).openReadModelsFile(place);
}

export async function fillNamedLog(name: string, source: CopySource): Promise<LogFilling> {
  const place = parseStoreName(name);
  if (place.kind === 'mongodb') return (await mongodb()).fillLogDatabase(place, source);
  return (await sqlite()).fillLogFile(place, source);
}

function mongodb() {
  return import('../mongodb/open-databases.js').catch(missing('MongoDB', 'mongodb'));
}

function sqlite() {
  return import('../sqlite/connection/open-files.js').catch(missing('SQLite', 'better-sqlite3'));
}

function missing(what: string, driver: string): (error: unknown) => never {
  return missingDriver(driver, (needs) => new InvalidOptionsError('--log', `What is in ${what} ${needs}`));
}

/** SQLite takes an empty file for a new database, and a log or read models would be made of it. */
async function assertNotEmpty(file: string): Promise<void> {
  const found = await stat(file).catch(() => undefined);
  if (found?.size === 0) throw new Error(`${file} is empty: it holds neither a log nor read models.`);
}
