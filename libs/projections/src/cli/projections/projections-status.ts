import type { Position } from '@varve/eventstore';
import { readModelsOf, type CliTarget } from '../target.js';
import { answer, EXIT, type CliIo, type ExitCode } from '../terminal/io.js';
import { printable, renderTable, since, type Column } from '../terminal/render.js';
import { processorsOf, type ProcessorOf } from './processors.js';

interface Row extends ProcessorOf {
  readonly head: Position | undefined;
  readonly behind: number | undefined;
}

/** Every version of every projection and every reactor, or those of one name: where they stand, who works on them, what is wrong. */
export async function projectionsStatus(
  target: CliTarget,
  name: string | undefined,
  json: boolean,
  io: CliIo,
): Promise<ExitCode> {
  const all = await processorsOf(readModelsOf(target), name);
  // Asked last, so that nothing can be ahead of it.
  const head = await target.log?.head();
  const rows = all.map((row): Row => {
    return { ...row, head, behind: head && Math.max(0, head - row.checkpoint.position) };
  });
  answer(io, json, rows, describe(rows, head, io));
  return EXIT.ok;
}

function describe(rows: readonly Row[], head: Position | undefined, { columns }: CliIo): string {
  if (rows.length === 0) return 'No projections yet: start a projector.';
  const parts = [renderTable(COLUMNS, rows, columns)];
  for (const { processor, lease, stage } of rows)
    if (lease.reason && stage !== 'retired')
      parts.push(`${processor} ${lease.state}: ${printable(lease.reason)}`);
  if (head !== undefined) parts.push(`The log ends at position ${head.toLocaleString('en-US')}.`);
  return parts.join('\n\n');
}

function stateOf({ stage, lease }: Row): string {
  if (stage === 'retired') return stage;
  const work = lease.state !== 'active' ? lease.state : lease.owner === undefined ? 'idle' : 'running';
  return stage === 'working' ? work : `${stage}, ${work}`;
}

const COLUMNS: readonly Column<Row>[] = [
  { title: 'PROJECTION', of: (row) => row.processor },
  { title: 'STATE', of: stateOf },
  { title: 'POSITION', of: (row) => row.checkpoint.position, align: 'right' },
  { title: 'BEHIND', of: (row) => (row.stage === 'retired' ? undefined : row.behind), align: 'right' },
  { title: 'PARKED', of: (row) => row.parked, align: 'right' },
  { title: 'SKIPPED', of: (row) => row.skipped, align: 'right' },
  { title: 'UPDATED', of: (row) => since(row.updatedAt), align: 'right' },
];
