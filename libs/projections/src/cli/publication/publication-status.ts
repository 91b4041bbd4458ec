import type { PublicationReport } from '@varve/bus';
import { publicationsOf } from '../bus/buses.js';
import type { CliTarget } from '../target.js';
import { answer, EXIT, type CliIo, type ExitCode } from '../terminal/io.js';
import { printableLines, renderTable, since } from '../terminal/render.js';
import {
  describeInstances,
  publishingInstances,
  totalOf,
  type PublicationTotals,
  type PublishingInstance,
} from './publication-instances.js';

interface Listed extends Omit<PublicationReport, 'instances'> {
  readonly bus: string;
  readonly behind: number;
  readonly instances?: readonly PublishingInstance[];
  readonly total?: PublicationTotals;
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
    const { instances: reports, ...report } = await publication.report();
    const instances = reports && publishingInstances(bus, reports);
    const behind = Math.max(0, report.head - report.position);
    listed.push({ bus, ...report, behind, ...(instances && { instances, total: totalOf(instances) }) });
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
  return [table, ...reasons.map((each) => printableLines(each)), '', ...whoPublishes(listed, columns)].join(
    '\n',
  );
}

function whoPublishes(listed: readonly Listed[], columns: number | undefined): readonly string[] {
  const keeping = listed.filter(({ instances }) => instances !== undefined);
  const others = listed.filter(({ instances }) => instances === undefined);
  return [
    ...(keeping.length > 0
      ? [
          describeInstances(
            keeping.flatMap(({ instances = [] }) => instances),
            columns,
          ),
        ]
      : []),
    ...others.map(
      ({ bus }) => `${bus}: its publication store does not keep what instances say of themselves.`,
    ),
  ];
}

function stateOf({ relay }: Listed): string {
  if (!relay) return 'never started';
  if (relay.state !== 'active') return relay.state;
  return relay.owner === undefined ? 'nobody' : `by ${relay.owner}`;
}
