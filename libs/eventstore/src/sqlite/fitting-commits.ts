import type { Position } from '../log/positions.js';
import type { SqliteLog } from './sqlite-log.js';

/** What one read may bring into memory, in bytes of event text; one commit may be larger and then comes alone. */
const MAX_BYTES = 8 * 1024 * 1024;

export interface FittingCommits {
  readonly commits: number;
  /** The position of the last of them; only where the source is in the order of positions. */
  readonly last: Position;
}

/** How many of the next commits fit. Sizes are read from the rows' headers, not from the texts. `source`: FROM … WHERE … ORDER BY … */
export function fittingCommits(
  log: SqliteLog,
  source: string,
  parameters: readonly unknown[],
  limit: number,
): FittingCommits {
  const sizes = `SELECT position, octet_length(events) AS bytes ${source} LIMIT ?`;
  const all = log.get<FittingCommits & { bytes: number }>(
    `SELECT count(*) AS commits, max(position) AS last, sum(bytes) AS bytes FROM (${sizes})`,
    ...parameters,
    limit,
  )!;
  if (all.bytes <= MAX_BYTES || all.commits <= 1) return all;
  const rows = log.all<{ position: Position; bytes: number }>(sizes, ...parameters, limit);
  let bytes = rows[0]!.bytes;
  let commits = 1;
  while (commits < rows.length && bytes + rows[commits]!.bytes <= MAX_BYTES) bytes += rows[commits++]!.bytes;
  return { commits, last: rows[commits - 1]!.position };
}
