import type { ParkedSequence } from '@varve/eventstore';
import type { ReadModels } from '../projection/read-models.js';
import { EXIT, type CliIo, type ExitCode } from './io.js';
import { renderTable } from './render.js';

type ParkedRow = ParkedSequence & { readonly processor: string };

/** The streams that were set aside, of one projection or of all. */
export async function parkedList(
  readModels: ReadModels<unknown>,
  name: string | undefined,
  json: boolean,
  io: CliIo,
): Promise<ExitCode> {
  const rows: ParkedRow[] = [];
  for (const version of await readModels.listVersions(name)) {
    for (const parked of await readModels.listParked(version.processor))
      rows.push({ ...parked, processor: version.processor });
  }
  if (json) io.out(JSON.stringify(rows));
  else io.out(rows.length === 0 ? 'Nothing is parked.' : table(rows));
  return EXIT.ok;
}

function table(rows: readonly ParkedRow[]): string {
  return renderTable(
    [
      { title: 'PROJECTION', of: (row) => row.processor },
      { title: 'STREAM', of: (row) => row.stream },
      { title: 'NEXT VERSION', of: (row) => row.nextVersion, align: 'right' },
      { title: 'ATTEMPTS', of: (row) => row.attempts, align: 'right' },
      { title: 'SINCE', of: (row) => row.parkedAt },
      { title: 'REQUEST', of: (row) => row.request ?? '' },
      {
        title: 'ERROR',
        of: (row) => `${row.errorCode}: ${row.errorMessage.split('\n')[0]?.slice(0, 80) ?? ''}`,
      },
    ],
    rows,
  );
}
