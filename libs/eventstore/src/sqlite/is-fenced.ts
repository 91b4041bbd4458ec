import type { SqliteLog } from './sqlite-log.js';

export function isFenced(log: SqliteLog, commitId: string): boolean {
  return log.get('SELECT 1 FROM fences WHERE commit_id = ?', commitId) !== undefined;
}
