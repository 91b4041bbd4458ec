import type { CopySource } from '@varve/eventstore';
import { SqliteEventStore, SqliteLogFilling } from '@varve/eventstore/sqlite';
import { SqliteReadModels } from '../sqlite-read-models.js';

/** Opens a log by name. It is not created: a name that is mistyped is an error, not an empty log. */
export function openLogFile({ file }: { readonly file: string }): Promise<SqliteEventStore> {
  return SqliteEventStore.open({ file, create: false });
}

/** The same for read models. */
export function openReadModelsFile({ file }: { readonly file: string }): Promise<SqliteReadModels> {
  return SqliteReadModels.open({ file, create: false });
}

/** Begins a copy of a log, or goes on with it. */
export function fillLogFile(
  { file }: { readonly file: string },
  source: CopySource,
): Promise<SqliteLogFilling> {
  return SqliteLogFilling.open({ file }, source);
}
