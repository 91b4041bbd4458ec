import type { ParkedStream } from '../../parking/list-parked.js';
import type { ReadModels } from '../../projection/read-models.js';
import { parkedOf, processorsOf } from '../projections/processors.js';
import { answer, EXIT, type CliIo, type ExitCode } from '../terminal/io.js';
import { renderTable, since } from '../terminal/render.js';

/** The streams that were set aside, of one projection or of all. */
export async function parkedList(
  readModels: ReadModels<unknown>,
  name: string | undefined,
  json: boolean,
  io: CliIo,
): Promise<ExitCode> {
  if (name !== undefined) await processorsOf(readModels, name);
  const rows = await parkedOf(readModels, name);
  answer(io, json, rows, rows.length === 0 ? 'Nothing is parked.' : table(rows, io));
  return EXIT.ok;
}

function table(rows: readonly ParkedStream[], { columns }: CliIo): string {
  return renderTable(
    [
      { title: 'PROJECTION', of: (row) => row.processor },
      { title: 'STREAM', of: (row) => row.stream },
      { title: 'NEXT', of: (row) => row.nextVersion, align: 'right' },
      { title: 'TRIED', of: (row) => row.attempts, align: 'right' },
      { title: 'SINCE', of: (row) => since(row.parkedAt), align: 'right' },
      { title: 'ASKED', of: (row) => row.request ?? '' },
      { title: 'ERROR', of: (row) => row.errorMessage.split('\n')[0], clip: true },
    ],
    rows,
    columns,
  );
}
