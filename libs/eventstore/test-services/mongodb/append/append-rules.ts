import { MongoNetworkError, UUID, type Document } from 'mongodb';
import { isEventStoreError, type AppendResult, type CommitHeader } from '@varve/eventstore';
import { until } from '../../../../../test/support/until.js';
import type { StoreParts } from '../../../src/mongodb/mongo-event-store.js';
import type { FaultyStore, Fault } from '../faulty-store.js';
import type { MongoBench } from '../mongo-harness.js';

/** What the rules of an append on MongoDB are shown on: stores on one new log, and the log's documents themselves. */
export interface AppendBench {
  readonly store: FaultyStore;
  readonly other: FaultyStore;
  /** What a person with a shell does. */
  readonly documents: {
    insert(document: Document): Promise<void>;
    remove(position: number): Promise<void>;
    positions(): Promise<readonly unknown[]>;
  };
}

/** A rule that an append on MongoDB must keep, and that a naive one breaks. */
export interface AppendRule {
  readonly name: string;
  run(bench: AppendBench): Promise<void>;
}

export async function runRule(
  rule: AppendRule,
  bench: MongoBench,
  parts: Partial<StoreParts> = {},
): Promise<void> {
  const { store, options, join, dispose } = await bench.open(parts);
  const other = await join();
  const collection = bench.client
    .db(bench.database)
    .collection<{ readonly _id: number }>(`${options.collectionPrefix}commits`);
  const documents = {
    insert: async (document: Document) => {
      await collection.insertOne(document as { _id: number });
    },
    remove: async (position: number) => {
      await collection.deleteOne({ _id: position });
    },
    positions: async () => (await collection.find().sort({ _id: 1 }).toArray()).map(({ _id }) => _id),
  };
  try {
    await rule.run({ store, other, documents });
  } finally {
    await dispose();
  }
}

const noted = (n: number) => [{ type: 'note.taken', data: { n } }];

/** The command has reached the server, and its answer has not come back. */
const answerLost: Fault = async ({ send }) => {
  await send();
  throw new MongoNetworkError('read ECONNRESET');
};

/** The connection was cut before the server had the command. */
const commandLost: Fault = () => Promise.reject(new MongoNetworkError('write ECONNRESET'));

export const appendRules: readonly AppendRule[] = [
  {
    name: 'leaves no hole when what has taken a position is rolled back in a failover',
    async run({ store, documents }) {
      committed(await store.append('note-1', 'no-stream', noted(1)));
      store.faults.push(async ({ send }) => {
        await documents.insert(foreignCommit(2));
        const answer = await send();
        await documents.remove(2);
        return answer;
      });
      const { position } = committed(await store.append('note-1', 1, noted(2)));
      equal(position, 2, 'the position of the next commit');
      equal(await documents.positions(), [1, 2], 'the positions in the log');
    },
  },
  {
    name: 'takes from its index which document has failed, and not from the number that were inserted',
    async run({ store, other }) {
      committed(await other.append('note-2', 'no-stream', noted(0)));
      store.faults.push(async ({ documents, send }) => ({ ...(await send()), n: documents.length }));
      const appends = [1, 2, 3, 4].map((n) =>
        store.append(`note-${n}`, 'no-stream', noted(n), { commitId: `c${n}` }),
      );
      const answers = await Promise.all(appends);
      for (const [i, answer] of answers.entries()) {
        const { outcome } = await store.findCommit(`c${i + 1}`);
        equal(outcome, answer.ok ? 'committed' : 'absent', `the outcome of commit ${i + 1}`);
      }
      equal(
        answers.map(({ ok }) => ok),
        [true, false, true, true],
        'the answers',
      );
    },
  },
  {
    name: 'refuses an expected version that lies inside of a commit',
    async run({ store, other }) {
      committed(await other.append('note-1', 'no-stream', [...noted(1), ...noted(2), ...noted(3)]));
      const answer = await store.append('note-1', 2, noted(4));
      equal(answer, { ok: false, conflict: { stream: 'note-1', expected: 2, actual: 3 } }, 'the answer');
    },
  },
  {
    name: 'answers with its own first try when that arrives after it was given up',
    async run({ store }) {
      const late: Fault[] = [];
      store.faults.push(async ({ send }) => {
        late.push(send);
        throw new MongoNetworkError('connection timed out');
      });
      store.faults.push(async ({ send, documents }) => {
        for (const arrive of late) await arrive({ send, documents });
        return send();
      });
      const { position, lastVersion } = committed(await store.append('note-1', 'no-stream', noted(1)));
      equal([position, lastVersion, await store.head()], [1, 1, 1], 'position, version and head');
    },
  },
  {
    name: 'never calls unwritten what a cut connection may hide',
    async run({ store, documents }) {
      store.faults.push(answerLost);
      const answer = await store.append('note-1', 'no-stream', noted(1)).catch((error: unknown) => error);
      if (isEventStoreError(answer, 'store-unavailable') && 'written' in answer) {
        equal(
          [answer.written, await documents.positions()],
          ['not-written', []],
          'what was said, and the log',
        );
        return;
      }
      equal(committed(answer as AppendResult).position, 1, 'the position');
      equal(await documents.positions(), [1], 'the positions in the log');
    },
  },
  {
    name: 'sends nothing on a command whose outcome is not known',
    async run({ store, documents }) {
      committed(await store.append('note-0', 'no-stream', noted(1)));
      store.faults.push(commandLost);
      const appends = Array.from({ length: 10 }, (_, n) =>
        store.append(`note-${n + 1}`, 'no-stream', noted(n)),
      );
      for (const append of appends) committed(await append);
      equal(
        await documents.positions(),
        Array.from({ length: 11 }, (_, i) => i + 1),
        'the positions in the log',
      );
    },
  },
  {
    name: 'does not read over a position that is missing, with a filter or without one',
    async run({ store, documents }) {
      for (let n = 0; n < 12; n++) committed(await store.append(`note-${n}`, 'any', noted(n)));
      await documents.remove(6);
      for (const filter of [
        {},
        { categories: ['note'] },
        { categories: ['none'], batchSize: 2 },
        { types: ['none'] },
      ]) {
        const error = await readThrough(store, filter).catch((reason: unknown) => reason);
        if (isEventStoreError(error, 'log-not-dense')) continue;
        throw new Error(`With ${JSON.stringify(filter)} the hole was read over: ${JSON.stringify(error)}`);
      }
    },
  },
  {
    name: 'shows no commit while one below it can still appear, however long a writer sleeps',
    async run({ store, other }) {
      const gate = Promise.withResolvers<undefined>();
      store.faults.push(async ({ send }) => {
        await gate.promise;
        return send();
      });
      const sleeping = store.append('note-1', 'no-stream', noted(1));
      await until(() => store.inserts.length > 0);
      committed(await other.append('note-2', 'no-stream', noted(2)));
      const seen = await readThrough(other).finally(() => gate.resolve(undefined));
      committed(await sleeping);
      equal([...seen, ...(await readThrough(other, {}, seen.at(-1) ?? 0))], [1, 2], 'what a reader has seen');
    },
  },
];

async function readThrough(store: FaultyStore, filter = {}, after = 0): Promise<number[]> {
  const seen: number[] = [];
  for await (const { commits } of store.readAll(after, filter))
    seen.push(...commits.map(({ position }) => position));
  return seen;
}

function foreignCommit(position: number): Document {
  return {
    _id: position,
    stream: 'foreign-1',
    firstVersion: 1,
    lastVersion: 1,
    commitId: new UUID(),
    at: new Date(),
  };
}

function committed(result: AppendResult): CommitHeader {
  if (result.ok) return result.commit;
  throw new Error(`An append that should have succeeded met a conflict: ${JSON.stringify(result.conflict)}`);
}

function equal(actual: unknown, expected: unknown, what: string): void {
  if (JSON.stringify(actual) === JSON.stringify(expected)) return;
  throw new Error(`${what}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(actual)}`);
}
