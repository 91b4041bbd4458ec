import type { LogId } from '@varve/eventstore';
import { existingGeneration } from '../../adapter/existing-generation.js';
import { processorIdOf, SetupFailedError, type Projection, type VersionId } from '../../index.js';
import { ending } from '../connection/handle.js';
import type { StatementCaches } from '../connection/statement-cache.js';
import { ensureRow } from '../processors/ensure-row.js';
import { SqliteTransaction } from '../sqlite-transaction.js';
import { findGenerations, findLive } from './find-version.js';
import { replaceLiveViews } from './live-views.js';
import { physicalPrefix } from './table-names.js';

const INSERT =
  'INSERT INTO varve_versions (name, version, generation, processor, state) VALUES (?, ?, ?, ?, ?)';

/** Runs in one write transaction, so that of several instances that start together one makes the version and the others find it. */
export async function createVersion(
  statements: StatementCaches,
  projection: Projection<SqliteTransaction>,
  made: { logId: LogId; generation: 'first' | 'next'; now: number },
): Promise<VersionId> {
  const own = statements.of(undefined);
  const { name, version } = projection;
  const generations = findGenerations(own, name, version);
  const found = existingGeneration(generations, made.generation);
  if (found) return { name, version, generation: found.generation };

  const id = { name, version, generation: (generations.at(-1)?.generation ?? 0) + 1 };
  const processor = processorIdOf(id);
  const goesLive = findLive(own, name) === undefined;
  own.prepare(INSERT).run(name, version, id.generation, processor, goesLive ? 'live' : 'building');
  ensureRow(own, { processor, logId: made.logId }, made.now);
  const tx = new SqliteTransaction(processor, statements.of(physicalPrefix(id)));
  try {
    await ending(tx, () => projection.setup(tx));
  } catch (cause) {
    throw new SetupFailedError(name, version, { cause });
  }
  if (goesLive) replaceLiveViews(own.database, id);
  return id;
}
