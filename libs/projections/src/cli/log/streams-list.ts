import {
  InvalidOptionsError,
  type EventStore,
  type ListStreamsOptions,
  type LogReader,
} from '@varve/eventstore';
import { answer, EXIT, type CliIo, type ExitCode } from '../terminal/io.js';
import { printable, renderTable } from '../terminal/render.js';

export type StreamsListOptions = ListStreamsOptions & { readonly json: boolean };

export async function streamsList(log: LogReader, options: StreamsListOptions, io: CliIo): Promise<ExitCode> {
  if (!listsStreams(log)) {
    throw new InvalidOptionsError(
      'log',
      'This log lists no streams. Use the command of the service that owns it.',
    );
  }
  const limit = options.limit ?? 100;
  const streams = await log.listStreams({ ...options, limit });
  const table = renderTable(
    [
      { title: 'STREAM', of: (row) => row.stream },
      { title: 'VERSION', of: (row) => row.version, align: 'right' },
      { title: 'CLOSED', of: (row) => (row.closed ? 'yes' : '') },
    ],
    streams,
  );
  const last = streams.at(-1);
  const more =
    last && streams.length === limit ? `\n\nMore may follow: --after '${printable(last.stream)}'` : '';
  answer(io, options.json, streams, streams.length === 0 ? 'No streams.' : table + more);
  return EXIT.ok;
}

export function listsStreams(log: LogReader): log is LogReader & Pick<EventStore, 'listStreams'> {
  return 'listStreams' in log;
}
