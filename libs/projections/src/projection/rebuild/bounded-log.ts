import type { LogBatch, LogReader, Position, ReadAllOptions } from '@varve/eventstore';

/** The log as if it ended at a position: what follows it cannot run past what it is compared with. */
export function boundedLog(log: LogReader, bound: () => Position): LogReader {
  return {
    get logId() {
      return log.logId;
    },
    durability: log.durability,
    readStream: (...args) => log.readStream(...args),
    readAll: (after, options) => readUpTo(log, { after, upTo: bound() }, options),
    head: async () => Math.min(await log.head(), bound()),
    commitAt: (position) => log.commitAt(position),
    waitForCommit: (...args) => log.waitForCommit(...args),
    close: () => log.close(),
  };
}

async function* readUpTo(
  log: LogReader,
  { after, upTo }: { after: Position; upTo: Position },
  options: ReadAllOptions | undefined,
): AsyncIterable<LogBatch> {
  if (after >= upTo) return;
  for await (const batch of log.readAll(after, options)) {
    if (batch.upTo < upTo) {
      yield batch;
      continue;
    }
    yield { commits: batch.commits.filter(({ position }) => position <= upTo), upTo };
    return;
  }
}
