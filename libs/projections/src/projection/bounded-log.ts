import type { EventStore, LogBatch, Position, ReadAllOptions } from '@varve/eventstore';

/** The log as if it ended at a position: what follows it cannot run past what it is compared with. */
export function boundedLog(log: EventStore, bound: () => Position): EventStore {
  return {
    logId: log.logId,
    durability: log.durability,
    append: (...args) => log.append(...args),
    closeStream: (...args) => log.closeStream(...args),
    readStream: (...args) => log.readStream(...args),
    readAll: (after, options) => readUpTo(log, { after, upTo: bound() }, options),
    head: async () => Math.min(await log.head(), bound()),
    commitAt: (position) => log.commitAt(position),
    waitForCommit: (...args) => log.waitForCommit(...args),
    findCommit: (commitId) => log.findCommit(commitId),
    fence: (commitId) => log.fence(commitId),
    listStreams: (options) => log.listStreams(options),
    close: () => log.close(),
  };
}

async function* readUpTo(
  log: EventStore,
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
