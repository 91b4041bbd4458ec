import type { EventStore } from '@varve/eventstore';
import { EXIT, type CliIo, type ExitCode } from './io.js';
import { printable } from './render.js';

export interface StreamsShowOptions {
  readonly from?: number;
  readonly limit?: number;
  readonly backward?: boolean;
  readonly json?: boolean;
}

export async function streamsShow(
  log: EventStore,
  stream: string,
  options: StreamsShowOptions,
  io: CliIo,
): Promise<ExitCode> {
  let shown = 0;
  const events = log.readStream(stream, {
    direction: options.backward ? 'backward' : 'forward',
    limit: options.limit ?? 100,
    ...(options.from === undefined ? {} : { from: options.from }),
  });
  for await (const event of events) {
    shown++;
    const { version, at, type, data } = event;
    const line = `${version}  ${at.toISOString()}  ${printable(type)}  ${printable(JSON.stringify(data))}`;
    io.out(options.json ? JSON.stringify(event) : line);
  }
  if (shown > 0) return EXIT.ok;
  io.error(`Stream "${printable(stream)}" has no events here.`);
  return EXIT.failed;
}
