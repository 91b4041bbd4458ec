import { StoreUnavailableError, type LogReader } from '@varve/eventstore';

/** A log that lacks the last events of each stream for a while, as one that is read from a copy does. */
export function lagging(log: LogReader, lag: () => number): LogReader {
  return replaced(log, {
    readStream: async function* (stream, options) {
      const upTo = (await arrayOf(log.readStream(stream))).length - lag();
      for await (const event of log.readStream(stream, options)) if (event.version <= upTo) yield event;
    },
  });
}

/** A log that tells nobody who walks along it what is new. */
export function standing(log: LogReader): LogReader {
  const head = (): Promise<number> => Promise.resolve(0);
  return replaced(log, { head, readAll: async function* () {} });
}

export function failing(log: LogReader, isDown: () => boolean): LogReader {
  return replaced(log, {
    readStream: async function* (stream, options) {
      if (isDown()) throw new StoreUnavailableError('the log is away', 'not-written');
      yield* log.readStream(stream, options);
    },
  });
}

function replaced(log: LogReader, methods: Partial<LogReader>): LogReader {
  return new Proxy(log, {
    get(target, key) {
      if (key in methods) return methods[key as keyof LogReader];
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
