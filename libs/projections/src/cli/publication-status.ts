import type { PublicationReport } from '@varve/bus';
import { publicationsOf } from './buses.js';
import { answer, EXIT, type CliIo, type ExitCode } from './io.js';
import { printableLines, renderTable, since } from './render.js';
import type { CliTarget } from './target.js';

interface Listed extends PublicationReport {
  readonly bus: string;
  readonly behind: number;
}

/** How far the log has come to the bus, whichever instance publishes it, and what stands in the way. */
export async function publicationStatus(
  target: CliTarget,
  name: string | undefined,
  json: boolean,
  io: CliIo,
): Promise<ExitCode> {
  const listed: Listed[] = [];
  for (const { name: bus, publication } of publicationsOf(target, name)) {
    const report = await publication.report();
    listed.push({ bus, ...report, behind: Math.max(0, report.head - report.position) });
  }
  answer(io, json, listed, describe(listed, io));
  return listed.some(({ relay }) => relay?.state === 'stopped') ? EXIT.unhealthy : EXIT.ok;
}

function describe(listed: readonly Listed[], { columns }: CliIo): string {
  const table = renderTable(
    [
      { title: 'BUS', of: (row) => row.bus },
      { title: 'RELAY', of: stateOf },
      { title: 'POSITION', of: (row) => row.position, align: 'right' },
      { title: 'HEAD', of: (row) => row.head, align: 'right' },
      { title: 'BEHIND', of: (row) => row.behind, align: 'right' },
      { title: 'CONFIRMED AHEAD', of: (row) => row.confirmedAhead, align: 'right' },
      { title: 'OLDEST', of: ({ oldest }) => oldest && since(oldest.at), align: 'right' },
      {
        title: 'WHICH IS',
        of: ({ oldest }) => oldest && `${oldest.stream} at ${oldest.position}`,
        clip: true,
      },
    ],
    listed,
    columns,
  );
  const stopped = listed.filter(({ relay }) => relay?.reason !== undefined);
  const reasons = stopped.map(({ bus, relay }) => `${bus}: ${relay?.state}: ${relay?.reason}`);
  return [table, ...reasons.map((each) => printableLines(each))].join('\n');
}

function stateOf({ relay }: Listed): string {
  if (!relay) return 'never started';
  if (relay.state !== 'active') return relay.state;
  return relay.owner === undefined ? 'nobody' : `by ${relay.owner}`;
}
