import type { Commit, EventStore, Position } from '@varve/eventstore';
import { EXIT, type CliIo, type ExitCode } from './io.js';
import { printable } from './render.js';

export interface LogTailOptions {
  readonly from?: Position;
  readonly follow?: boolean;
  readonly category?: readonly string[];
  readonly type?: readonly string[];
  readonly json?: boolean;
}

const LAST_COMMITS = 10;

/** Prints commits, the last ten by default, and with `follow` what comes after them. */
export async function logTail(log: EventStore, options: LogTailOptions, io: CliIo): Promise<ExitCode> {
  let position =
    options.from === undefined ? Math.max(0, (await log.head()) - LAST_COMMITS) : options.from - 1;
  do {
    const filter = {
      ...(options.category ? { categories: options.category } : {}),
      ...(options.type ? { types: options.type } : {}),
    };
    for await (const batch of log.readAll(position, { ...filter, signal: io.signal })) {
      for (const commit of batch.commits) io.out(options.json ? JSON.stringify(commit) : describe(commit));
      position = batch.upTo;
    }
    if (options.follow) await log.waitForCommit(position, io.signal);
  } while (options.follow && !io.signal.aborted);
  return EXIT.ok;
}

function describe(commit: Commit): string {
  const versions =
    commit.firstVersion === commit.lastVersion
      ? `${commit.firstVersion}`
      : `${commit.firstVersion}-${commit.lastVersion}`;
  const head = `${commit.position}  ${commit.at.toISOString()}  ${printable(commit.stream)}  v${versions}`;
  const events = commit.events.map(
    (event) => `    ${printable(event.type)}  ${printable(JSON.stringify(event.data))}`,
  );
  return [head, ...events].join('\n');
}
