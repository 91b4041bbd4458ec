import { StoreIncompatibleError } from '../../log/errors.js';
import type { StoredCommit } from '../../log/movable-log.js';
import type { StreamName } from '../../log/stream-name.js';
import { headOf } from '../append/stream-head.js';
import type { SqliteLog } from '../connection/sqlite-log.js';

/** Versions are counted again as the commits are written: where the source has a gap, they would become others. @throws StoreIncompatibleError */
export function assertContinuous(log: SqliteLog, commits: readonly StoredCommit[]): void {
  const versions = new Map<StreamName, number>();
  for (const { stream, firstVersion, lastVersion, position } of commits) {
    const version = versions.get(stream) ?? headOf(log, stream)?.version ?? 0;
    if (firstVersion !== version + 1) {
      throw new StoreIncompatibleError(
        `The log that is copied is damaged: at position ${position} its stream "${stream}" goes from version ${version} to ${firstVersion}. ` +
          'Nothing of this batch was written. Run "varve log verify" on it.',
      );
    }
    versions.set(stream, lastVersion);
  }
}
