import type { SqliteLog } from '../connection/sqlite-log.js';

export function isFenced(log: SqliteLog, commitId: string): boolean {
  return log.get('SELECT 1 FROM fences WHERE commit_id = ?', commitId) !== undefined;
}
