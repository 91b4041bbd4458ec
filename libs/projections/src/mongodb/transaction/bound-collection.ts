import type { AbstractCursor, Collection, Document } from 'mongodb';
import { InvalidProjectionOptionsError } from '../../index.js';
import { boundCursor } from './bound-cursor.js';
import type { Binding } from './binding.js';

/** At which place each method takes its options. */
const READS: Readonly<Record<string, number>> = {
  find: 1,
  findOne: 1,
  aggregate: 1,
  countDocuments: 1,
  distinct: 2,
};
const WRITES: Readonly<Record<string, number>> = {
  insertOne: 1,
  insertMany: 1,
  bulkWrite: 1,
  updateOne: 2,
  updateMany: 2,
  replaceOne: 2,
  deleteOne: 1,
  deleteMany: 1,
  findOneAndUpdate: 2,
  findOneAndReplace: 2,
  findOneAndDelete: 1,
};
/** MongoDB does these in no transaction; they are done beside it, and can be done twice. */
const INDEXES: Readonly<Record<string, number>> = { createIndex: 1, createIndexes: 1 };

const KNOWN: Readonly<Record<Binding['allows'], Readonly<Record<string, number>>>> = {
  reads: READS,
  writes: { ...READS, ...WRITES },
  setup: { ...READS, ...WRITES },
};

/**
 * The driver's collection with the session in every call, so that none can be forgotten: a write without it would be kept when the transaction
 * is rolled back. What cannot be done in a transaction is refused.
 */
export function boundCollection<Row extends Document>(
  collection: Collection<Row>,
  binding: Binding,
): Collection<Row> {
  return new Proxy(collection, {
    get: (target, property) => {
      const member: unknown = Reflect.get(target, property, target);
      if (typeof member !== 'function' || typeof property === 'symbol') return member;
      return boundMethod({ target, name: property, method: member as Method }, binding);
    },
  });
}

type Method = (...args: unknown[]) => unknown;

interface Call {
  readonly target: { readonly collectionName: string };
  readonly name: string;
  readonly method: Method;
}

function boundMethod({ target, name, method }: Call, binding: Binding): Method {
  const inside = KNOWN[binding.allows][name];
  if (inside !== undefined) {
    const givesCursor = name === 'find' || name === 'aggregate';
    const { session, timeoutMS, operations } = binding;
    // The handler's own work between two rows does not count.
    const defaults = givesCursor ? { timeoutMS, timeoutMode: 'iteration' } : { timeoutMS };
    const call = (args: unknown[]) => {
      return method.apply(
        target,
        withOptions(args, inside, (given) => ({ ...defaults, ...given, session })),
      );
    };
    if (givesCursor) return (...args) => boundCursor(call(args) as AbstractCursor, operations);
    return (...args) => operations.run(() => call(args) as Promise<unknown>);
  }
  if (binding.allows === 'setup' && INDEXES[name] !== undefined) {
    return (...args) =>
      binding.operations.runBefore(name, () => method.apply(target, args) as Promise<unknown>);
  }
  return () => {
    throw refused(target.collectionName, name, binding);
  };
}

function withOptions(args: unknown[], place: number, complete: (given: object) => object): unknown[] {
  const given = args[place];
  const all = Array.from({ length: Math.max(args.length, place + 1) }, (_, index) => args[index]);
  all[place] = complete(typeof given === 'object' && given !== null ? given : {});
  return all;
}

function refused(collection: string, method: string, { allows }: Binding): InvalidProjectionOptionsError {
  const what = `"${method}" of collection "${collection}" cannot be used`;
  if (allows === 'reads') {
    return new InvalidProjectionOptionsError('query', `${what} in a query, which only reads.`);
  }
  const advice =
    INDEXES[method] === undefined
      ? 'Known there are find, findOne, aggregate, countDocuments, distinct, and the methods that write documents.'
      : 'Make indexes in `setup`.';
  return new InvalidProjectionOptionsError('tx', `${what} in a handler's transaction. ${advice}`);
}
