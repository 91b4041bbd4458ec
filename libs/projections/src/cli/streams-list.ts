import type { EventStore, ListStreamsOptions } from '@varve/eventstore';
import { EXIT, type CliIo, type ExitCode } from './io.js';
import { printable, renderTable } from './render.js';

export async function streamsList(
  log: EventStore,
  options: ListStreamsOptions & { readonly json?: boolean },
  io: CliIo,
): Promise<ExitCode> {
  const limit = options.limit ?? 100;
  const streams = await log.listStreams({ ...options, limit });
  if (options.json) {
    io.out(JSON.stringify(streams));
    return EXIT.ok;
  }
  io.out(
    renderTable(
      [
        { title: 'STREAM', of: (row) => row.stream },
        { title: 'VERSION', of: (row) => row.version, align: 'right' },
        { title: 'CLOSED', of: (row) => (row.closed ? 'yes' : '') },
      ],
      streams,
    ),
  );
  const last = streams.at(-1);
  if (last && streams.length === limit) io.out(`\nMore may follow: --after '${printable(last.stream)}'`);
  return EXIT.ok;
}
