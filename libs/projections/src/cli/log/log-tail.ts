import type { Commit, LogReader, Position, ReadAllOptions } from '@varve/eventstore';
import { endOfReading, jsonText, type CliIo, type ExitCode } from '../terminal/io.js';
import { printable } from '../terminal/render.js';

export interface LogTailOptions {
  readonly from?: Position;
  readonly follow?: boolean;
  readonly category?: readonly string[];
  readonly type?: readonly string[];
  readonly json: boolean;
}

const LAST_COMMITS = 10;

/** Prints commits, the last ten positions by default, and with `follow` what comes after them. */
export async function logTail(log: LogReader, options: LogTailOptions, io: CliIo): Promise<ExitCode> {
  const filter: ReadAllOptions = {
    ...(options.category && { categories: options.category }),
    ...(options.type && { types: options.type }),
    signal: io.signal,
  };
  let position =
    options.from === undefined ? Math.max(0, (await log.head()) - LAST_COMMITS) : options.from - 1;
  do {
    for await (const { commits, upTo } of log.readAll(position, filter)) {
      for (const commit of commits) io.out(options.json ? jsonText(commit) : describe(commit));
      position = upTo;
    }
    if (options.follow && !io.signal.aborted) await log.waitForCommit(position, io.signal);
  } while (options.follow && !io.signal.aborted);
  return endOfReading(io);
}

function describe({ position, at, stream, firstVersion, lastVersion, events }: Commit): string {
  const versions = firstVersion === lastVersion ? `${firstVersion}` : `${firstVersion}-${lastVersion}`;
  const head = `${position.toLocaleString('en-US')}  ${at.toISOString()}  ${printable(stream)}  v${versions}`;
  const lines = events.map(({ type, data }) => `    ${printable(type)}  ${printable(JSON.stringify(data))}`);
  return [head, ...lines].join('\n');
}
