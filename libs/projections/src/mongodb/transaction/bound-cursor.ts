import type { AbstractCursor } from 'mongodb';
import type { Operations } from './operations.js';

type Method = (...args: unknown[]) => unknown;

/** A cursor that asks the server in its turn only, and whose failures are noticed as those of any other operation. */
export function boundCursor<C extends AbstractCursor>(cursor: C, operations: Operations): C {
  const bound: C = new Proxy(cursor, {
    get: (target, property) => {
      if (property === Symbol.asyncIterator) return () => rowsOf(target, operations);
      const member: unknown = Reflect.get(target, property, target);
      if (typeof member !== 'function') return member;
      return (...args: unknown[]) => {
        if (isAsync.has(property)) {
          return operations.run(() => (member as Method).apply(target, args) as Promise<unknown>);
        }
        const result = (member as Method).apply(target, args);
        return result === target ? bound : result;
      };
    },
  });
  return bound;
}

const isAsync: ReadonlySet<string | symbol> = new Set([
  'next',
  'tryNext',
  'hasNext',
  'toArray',
  'forEach',
  'count',
]);

/** Each row is a turn of its own, so that a handler may write between two of them. */
async function* rowsOf<T>(cursor: AbstractCursor<T>, operations: Operations): AsyncGenerator<T> {
  try {
    for (;;) {
      const row = await operations.run(() => cursor.next());
      if (row === null) return;
      yield row;
    }
  } finally {
    await cursor.close();
  }
}
