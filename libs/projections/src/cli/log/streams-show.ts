import type { LogReader } from '@varve/eventstore';
import { endOfReading, EXIT, jsonText, type CliIo, type ExitCode } from '../terminal/io.js';
import { describeEvent } from '../terminal/render.js';

export interface StreamsShowOptions {
  readonly from?: number;
  readonly limit?: number;
  readonly backward?: boolean;
  readonly json: boolean;
}

export async function streamsShow(
  log: LogReader,
  stream: string,
  { from, limit = 100, backward, json }: StreamsShowOptions,
  io: CliIo,
): Promise<ExitCode> {
  let shown = 0;
  const direction = backward ? 'backward' : 'forward';
  for await (const event of log.readStream(stream, {
    direction,
    limit,
    ...(from !== undefined && { from }),
  })) {
    if (io.signal.aborted) return endOfReading(io);
    shown++;
    io.out(json ? jsonText(event) : describeEvent(event));
  }
  if (shown === limit && !json) io.error(`The first ${limit}; more may follow: --limit, --from.`);
  if (shown > 0) return EXIT.ok;
  throw new Error(`Stream "${stream}" has no events here.`);
}
