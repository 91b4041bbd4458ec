import { StoreUnavailableError, type LogReader, type ReadStreamOptions } from '@varve/eventstore';

/** A log that lacks the last events of each stream for a while, as one that is read from a copy does. */
export function lagging(log: LogReader, lag: () => number): LogReader {
  return replaced(log, async function* (stream, options) {
    const upTo = (await arrayOf(log.readStream(stream))).length - lag();
    for await (const event of log.readStream(stream, options)) if (event.version <= upTo) yield event;
  });
}

export function failing(log: LogReader, isDown: () => boolean): LogReader {
  return replaced(log, async function* (stream, options) {
    if (isDown()) throw new StoreUnavailableError('the log is away', 'not-written');
    yield* log.readStream(stream, options);
  });
}

function replaced(
  log: LogReader,
  readStream: (stream: string, options?: ReadStreamOptions) => ReturnType<LogReader['readStream']>,
): LogReader {
  return new Proxy(log, {
    get(target, key) {
      if (key === 'readStream') return readStream;
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

async function arrayOf<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
