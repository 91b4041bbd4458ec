import type { ProcessorId } from '@varve/eventstore';
import { ReadModelsUnavailableError } from '@varve/projections';
import type { MongoWatermarkReadModels, WatermarkTransaction } from '@varve/projections/mongodb';
import type { Collection } from 'mongodb';
import type { WireProxy } from '../../../../../test/services/mongodb/wire/index.js';
import { MongoClient } from 'mongodb';
import type { Place, WatermarkBench } from './bench.js';
import type { Twin } from './rules.js';

interface Row {
  readonly _id: string;
  readonly _position?: number;
  readonly _deleted?: boolean;
}

/** What a step would write. */
interface Step {
  readonly collections: readonly {
    readonly rows: Collection<Row>;
    readonly changes: readonly {
      /** Here all of them are text. */
      readonly id: string;
      readonly position: number;
      readonly evolve: (row: object | undefined) => object | undefined;
    }[];
  }[];
  saveCheckpoint(): Promise<void>;
}

type Protocol = (step: Step) => Promise<void>;

/** The read models with a protocol of its own between the handler and the database. Where the other instance goes past the proxy, it keeps ours. */
function withProtocol(client: MongoClient, protocol: Protocol): Twin {
  const NOT_HERE = new Error('taken over by the twin');
  return (inner, place) => {
    const database = client.db(place.database);
    const transaction = async <T>(
      processor: ProcessorId,
      work: (tx: WatermarkTransaction) => T | Promise<T>,
    ): Promise<T> => {
      let done: { tx: WatermarkTransaction; result: T } | undefined;
      const taken = inner.transaction(processor, async (tx) => {
        done = { tx, result: await work(tx) };
        throw NOT_HERE;
      });
      await taken.catch((error: unknown) => {
        if (error !== NOT_HERE) throw error;
      });
      const { tx, result } = done!;
      const collections = tx.changes.collections.map(([name, rows]) => ({
        rows: database.collection<Row>(name),
        changes: rows.flatMap(({ id, changes }) =>
          changes.map(({ position, evolve }) => ({
            id: String(id),
            position,
            evolve: (row: object | undefined) => evolve(row) as object | undefined,
          })),
        ),
      }));
      await protocol({ collections, saveCheckpoint: () => saveCheckpoint(tx, place, processor) }).catch(
        (error: unknown) => {
          throw isDuplicate(error) ? error : new ReadModelsUnavailableError(String(error));
        },
      );
      return result;
    };
    const saveCheckpoint = async (
      tx: WatermarkTransaction,
      { collectionPrefix }: Place,
      processor: string,
    ) => {
      const { from, to } = tx.step!;
      const processors = database.collection<{ _id: string; position: number }>(
        `${collectionPrefix}varve_processors`,
      );
      await processors.updateOne(
        { _id: processor, position: from.position },
        {
          $set: { position: to.position, mark: to.mark ?? null },
        },
      );
    };
    return replaced(inner, { transaction });
  };
}

function replaced(
  inner: MongoWatermarkReadModels,
  change: Partial<MongoWatermarkReadModels>,
): MongoWatermarkReadModels {
  return new Proxy(inner, {
    get: (target, property) => {
      const changed = Reflect.get(change, property) as unknown;
      const member = changed ?? (Reflect.get(target, property, target) as unknown);
      return typeof member === 'function' && !changed ? member.bind(target) : member;
    },
  });
}

function isDuplicate(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 11_000;
}

/** Reads, changes, and writes without asking what is there by then. */
async function writeBlindly({ collections }: Pick<Step, 'collections'>): Promise<void> {
  for (const { rows, changes } of collections) {
    for (const { id, position, evolve } of changes) {
      const row = evolve((await rows.findOne({ _id: id })) ?? undefined);
      if (row) await rows.replaceOne({ _id: id }, { ...row, _position: position }, { upsert: true });
      else await rows.deleteOne({ _id: id });
    }
  }
}

/** One row after the other, each by its position; `remove` deletes one. */
async function writeByPosition(
  { collections }: Pick<Step, 'collections'>,
  remove: (rows: Collection<Row>, id: string, position: number) => Promise<void>,
): Promise<void> {
  for (const { rows, changes } of collections) {
    for (const { id, position, evolve } of changes) {
      for (let tries = 0; tries < 5; tries++) {
        const stored = await rows.findOne({ _id: id });
        if ((stored?._position ?? 0) >= position) break;
        const row = evolve(stored && !stored._deleted ? stored : undefined);
        if (!row) await remove(rows, id, position);
        else if (await isWritten(rows, { ...row, _id: id, _position: position }, stored)) break;
        if (!row) break;
      }
    }
  }
}

async function isWritten(rows: Collection<Row>, row: Row, stored: Row | null): Promise<boolean> {
  if (!stored) {
    return rows.insertOne(row).then(
      () => true,
      (error: unknown) => {
        if (isDuplicate(error)) return false;
        throw error;
      },
    );
  }
  const { _position = 0 } = stored;
  return (await rows.replaceOne({ _id: row._id, _position }, row)).matchedCount === 1;
}

async function markDeleted(rows: Collection<Row>, _id: string, _position: number): Promise<void> {
  await rows.replaceOne({ _id }, { _position, _deleted: true }, { upsert: true });
}

/** By what it does → the twin, and the rules that must notice. */
export function twinsOn(
  bench: WatermarkBench,
  proxy: WireProxy,
): {
  twins: Readonly<Record<string, { twin: Twin; fails: string; says: RegExp }>>;
  dispose: () => Promise<void>;
} {
  const client = new MongoClient(proxy.uri, { retryWrites: false });
  const twins = {
    'saves the checkpoint before the rows': {
      twin: withProtocol(client, async (step) => {
        await step.saveCheckpoint();
        await writeByPosition(step, markDeleted);
      }),
      fails: 'loses no commit after a crash between two rows',
      says: /to deeply equal/,
    },
    'keeps no positions': {
      twin: withProtocol(client, async (step) => {
        await writeBlindly(step);
        await step.saveCheckpoint();
      }),
      fails: 'has each commit once that is applied again after a crash behind the rows',
      says: /to deeply equal/,
    },
    'looks at the position before it writes, and not while': {
      twin: withProtocol(client, async (step) => {
        for (const { rows, changes } of step.collections) {
          for (const { id, position, evolve } of changes) {
            const stored = await rows.findOne({ _id: id });
            if ((stored?._position ?? 0) >= position) continue;
            const row = { ...evolve(stored ?? undefined), _position: position };
            await rows.replaceOne({ _id: id }, row, { upsert: true });
          }
        }
        await step.saveCheckpoint();
      }),
      fails: 'has each commit once when an instance that slept in the middle of a step goes on',
      says: /to deeply equal/,
    },
    'deletes without leaving a tombstone': {
      twin: withProtocol(client, async (step) => {
        await writeByPosition(step, async (rows, _id) => {
          await rows.deleteOne({ _id });
        });
        await step.saveCheckpoint();
      }),
      fails: 'does not bring back a row that was deleted meanwhile',
      says: /to deeply equal/,
    },
    'takes every duplicate key for a row that is there': {
      twin: withProtocol(client, async (step) => {
        for (const { rows, changes } of step.collections) {
          for (const { id, position, evolve } of changes) {
            const stored = await rows.findOne({ _id: id });
            const { _id, ...row } = { _id: id, ...evolve(stored ?? undefined), _position: position };
            const older = { _id, _position: { $lt: position } };
            await rows.updateOne(older, { $set: row }, { upsert: true }).catch((error: unknown) => {
              if (!isDuplicate(error)) throw error;
            });
          }
        }
        await step.saveCheckpoint();
      }),
      fails: 'takes a row that another index refuses for no row that is there already',
      says: /expected undefined to match object/,
    },
    'counts the tombstones': {
      twin: ((inner, place) => {
        const orders = bench.raw<Row>(place, 'totals__v1__orders');
        inner.query = async (_name, work) => work({ collection: () => orders } as never);
        return inner;
      }) satisfies Twin,
      fails: 'shows and counts no row that was deleted',
      says: /to deeply equal/,
    },
  };
  return { twins, dispose: () => client.close() };
}
