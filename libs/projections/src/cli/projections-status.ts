import type { Position } from '@varve/eventstore';
import type { ProjectionVersion, ReadModels } from '../projection/read-models.js';
import { EXIT, type CliIo, type ExitCode } from './io.js';
import { logOf, readModelsOf, type CliTarget } from './target.js';
import { renderTable, type Column } from './render.js';

interface Row extends ProjectionVersion {
  readonly head: Position | undefined;
}

/** Every version of every projection, or of one: where it stands, who works on it, and what is wrong. */
export async function projectionsStatus(
  target: CliTarget,
  name: string | undefined,
  json: boolean,
  io: CliIo,
): Promise<ExitCode> {
  const versions = await versionsOf(readModelsOf(target), name);
  const head = target.log ? await logOf(target).head() : undefined;
  const rows = versions.map((version) => ({ ...version, head }));
  io.out(json ? JSON.stringify(rows) : renderTable(COLUMNS, rows));
  if (!json)
    for (const row of rows)
      if (row.lease.reason) io.out(`\n${row.processor} ${row.lease.state}: ${row.lease.reason}`);
  return EXIT.ok;
}

export function stateOf(version: ProjectionVersion): string {
  if (version.lease.state !== 'active') return version.lease.state;
  return version.lease.owner === undefined ? 'idle' : 'running';
}

async function versionsOf(
  readModels: ReadModels<unknown>,
  name: string | undefined,
): Promise<readonly ProjectionVersion[]> {
  const versions = await readModels.listVersions(name);
  if (name !== undefined && versions.length === 0) {
    throw new Error(
      `There is no projection "${name}" in ${readModels.location}. "varve projections list" shows what there is.`,
    );
  }
  return versions;
}

const COLUMNS: readonly Column<Row>[] = [
  { title: 'PROJECTION', of: (row) => row.name },
  { title: 'VERSION', of: (row) => row.version, align: 'right' },
  { title: 'LIVE', of: (row) => (row.live ? 'live' : '') },
  { title: 'STATE', of: stateOf },
  { title: 'POSITION', of: (row) => row.checkpoint.position, align: 'right' },
  { title: 'BEHIND', of: (row) => row.head && row.head - row.checkpoint.position, align: 'right' },
  { title: 'PARKED', of: (row) => row.parked, align: 'right' },
  { title: 'SKIPPED', of: (row) => row.skipped, align: 'right' },
  { title: 'UPDATED', of: (row) => row.updatedAt },
];
