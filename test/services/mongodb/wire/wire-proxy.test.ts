import { Long, MongoClient, MongoServerError, type MongoClientOptions } from 'mongodb';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { uniqueName } from '../../shared.ts';
import { until } from '../../../support/until.ts';
import { mongoServers } from '../index.ts';
import { WireProxy, type WireProxyOptions } from './index.ts';

interface Row {
  readonly _id: number;
  readonly text?: string;
}

const servers = await mongoServers();
const [{ uri }] = servers as [(typeof servers)[number]];
/** So that no test waits long for what never comes. */
const quickly: MongoClientOptions = {
  serverSelectionTimeoutMS: 2_000,
  retryWrites: false,
  retryReads: false,
};

class Stand {
  readonly proxy: WireProxy;
  readonly client: MongoClient;
  readonly #behind: MongoClient;
  #database = '';

  private constructor(proxy: WireProxy, options: MongoClientOptions) {
    this.proxy = proxy;
    this.client = new MongoClient(proxy.uri, { ...quickly, ...options });
    this.#behind = new MongoClient(uri);
  }

  static async open(options?: WireProxyOptions, driver: MongoClientOptions = {}): Promise<Stand> {
    return new Stand(await WireProxy.open(uri, options), driver);
  }

  get rows() {
    return this.client.db(this.#name).collection<Row>('rows');
  }

  /** What the server has, asked without the proxy. */
  async stored(): Promise<readonly Row[]> {
    return this.#behind.db(this.#name).collection<Row>('rows').find().sort({ _id: 1 }).toArray();
  }

  async tidy(): Promise<void> {
    this.proxy.clear();
    this.proxy.admit();
    await this.#behind.db(this.#name).dropDatabase();
    this.#database = '';
  }

  async close(): Promise<void> {
    await this.client.close();
    await this.#behind.close();
    await this.proxy.close();
  }

  get #name(): string {
    this.#database ||= uniqueName('wire');
    return this.#database;
  }
}

describe('a proxy between the real driver and a server', () => {
  let stand: Stand;
  beforeAll(async () => {
    stand = await Stand.open();
  });
  afterEach(async () => stand.tidy());
  afterAll(async () => stand.close());

  it('changes nothing by itself, however large the messages', async () => {
    const { rows, proxy } = stand;
    const large = Array.from({ length: 300 }, (_, _id) => ({ _id, text: 'x'.repeat(20_000) }));

    await rows.insertMany(large);

    expect(await rows.find().sort({ _id: 1 }).toArray()).toEqual(large);
    expect(proxy.heard.map(({ name }) => name)).toEqual(expect.arrayContaining(['insert', 'find']));
  });

  it('cuts the connection before the server hears of a command', async () => {
    stand.proxy.on({ command: 'insert' }, { does: 'cut' });

    await expect(stand.rows.insertOne({ _id: 1 })).rejects.toMatchObject({ name: 'MongoNetworkError' });

    expect(await stand.stored()).toEqual([]);
  });

  it('swallows the answer to a command that the server has carried out', async () => {
    const trap = stand.proxy.on({ command: 'insert' }, { does: 'swallow' });

    await expect(stand.rows.insertOne({ _id: 1 })).rejects.toMatchObject({ name: 'MongoNetworkError' });

    expect(await stand.stored()).toEqual([{ _id: 1 }]);
    expect(trap.caught.map(({ body }) => body['documents'])).toEqual([[{ _id: 1 }]]);
  });

  it('hinders the nth of the commands that match, as often as it is told to', async () => {
    const { rows, proxy } = stand;
    const isTwo = (body: { documents?: readonly Row[] }) => body.documents?.[0]?.text === 'two';
    proxy.on(
      { command: ['insert', 'update'], where: isTwo, nth: 2, times: 2 },
      { does: 'answer', with: { ok: 0 } },
    );
    const outcomes: string[] = [];

    for (let _id = 0; _id < 5; _id += 1) {
      await rows.insertOne({ _id: 10 + _id, text: 'one' });
      await rows.insertOne({ _id, text: 'two' }).then(
        () => outcomes.push('yes'),
        () => outcomes.push('no'),
      );
    }

    expect(outcomes).toEqual(['yes', 'no', 'no', 'yes', 'yes']);
    expect(await stand.stored()).toHaveLength(8);
  });

  it('answers in the place of the server, which hears nothing', async () => {
    stand.proxy.on(
      { command: 'insert' },
      {
        does: 'answer',
        with: { ok: 0, code: 10_107, codeName: 'NotWritablePrimary', errmsg: 'not primary' },
      },
    );

    await expect(stand.rows.insertOne({ _id: 1 })).rejects.toMatchObject({ code: 10_107 });

    expect(await stand.stored()).toEqual([]);
  });

  it('changes the answer to a command that the server has carried out', async () => {
    const writeConcernError = {
      code: 64,
      codeName: 'WriteConcernTimeout',
      errmsg: 'waiting for replication',
    };
    stand.proxy.on(
      { command: 'insert' },
      { does: 'rewrite', into: (reply) => ({ ...reply, writeConcernError }) },
    );

    await expect(stand.rows.insertOne({ _id: 1 })).rejects.toMatchObject({
      name: 'MongoWriteConcernError',
      code: 64,
    });

    expect(await stand.stored()).toEqual([{ _id: 1 }]);
  });

  it('keeps the types of an answer that it changes', async () => {
    const many = new Long('1234567890123456789');
    await stand.rows.insertOne({ _id: 1, many, whole: 1, half: 0.5, bytes: Buffer.from('b') } as Row);
    stand.proxy.on({ command: 'find' }, { does: 'rewrite', into: (reply) => reply });

    expect(await stand.rows.findOne({}, { promoteValues: false })).toMatchObject({
      many: { _bsontype: 'Long' },
      whole: { _bsontype: 'Int32' },
      half: { _bsontype: 'Double' },
      bytes: { _bsontype: 'Binary' },
    });
  });

  it('holds a command until it is let go', async () => {
    const trap = stand.proxy.on({ command: 'insert' }, { does: 'hold' });
    const inserted = stand.rows.insertOne({ _id: 1 });
    await until(() => trap.caught.length === 1);

    await stand.rows.updateOne({ _id: 2 }, { $set: { text: 'earlier' } }, { upsert: true });
    expect(await stand.stored()).toEqual([{ _id: 2, text: 'earlier' }]);
    trap.release();

    expect(await inserted).toMatchObject({ acknowledged: true });
  });

  it('holds an answer until it is let go', async () => {
    const trap = stand.proxy.on({ command: 'insert' }, { does: 'hold-answer' });
    let isAnswered = false;
    const inserted = stand.rows.insertOne({ _id: 1 }).then(() => (isAnswered = true));

    await until(async () => (await stand.stored()).length === 1);
    expect(isAnswered).toBe(false);
    trap.release();

    await inserted;
  });

  it('delays a command', async () => {
    stand.proxy.on({ command: 'ping' }, { does: 'delay', milliseconds: 200 });
    const began = performance.now();

    await stand.client.db('admin').command({ ping: 1 });

    // A timer may be a little early by this clock.
    expect(performance.now() - began).toBeGreaterThan(190);
  });

  it('turns everybody away until it is told to admit them', async () => {
    await stand.rows.insertOne({ _id: 1 });
    stand.proxy.refuse();

    await expect(stand.rows.insertOne({ _id: 2 }, { timeoutMS: 500 })).rejects.toThrow();
    stand.proxy.admit();
    // A driver learns only by and by which of its connections are gone.
    const isAdmitted = () =>
      stand.rows.updateOne({ _id: 3 }, { $set: {} }, { upsert: true }).catch(() => false);
    await until(isAdmitted);

    expect(await stand.stored()).toEqual([{ _id: 1 }, { _id: 3 }]);
  });

  it('cannot stand in front of what it could not look into', async () => {
    await expect(WireProxy.open('mongodb://127.0.0.1:1/?tls=true')).rejects.toThrow('no tls');
    await expect(WireProxy.open('mongodb+srv://example.test/')).rejects.toThrow('mongodb://');
  });
});

describe('a proxy that makes the driver believe in a replica set', () => {
  let stand: Stand;
  beforeAll(async () => {
    stand = await Stand.open({ asReplicaSet: true }, { retryWrites: true });
  });
  afterEach(async () => stand.tidy());
  afterAll(async () => stand.close());

  const labelled = (...errorLabels: readonly string[]) => ({
    ok: 0,
    errmsg: 'in trouble',
    code: 91,
    errorLabels,
  });

  async function inTransaction(
    work: (attempt: number) => Promise<void> = async () => Promise.resolve(),
  ): Promise<number> {
    let attempts = 0;
    await stand.client.withSession((session) =>
      session.withTransaction(async () => {
        attempts += 1;
        await stand.rows.insertOne({ _id: attempts }, { session });
        await work(attempts);
      }),
    );
    return attempts;
  }

  it('sees the transactions that the server does not', async () => {
    expect(await inTransaction()).toBe(1);

    const [insert] = stand.proxy.heard.filter(({ name }) => name === 'insert');
    expect(insert?.body).toMatchObject({ startTransaction: true, autocommit: false });
    expect(stand.proxy.heard.map(({ name }) => name)).toContain('commitTransaction');
    expect(await stand.stored()).toEqual([{ _id: 1 }]);
  });

  it('has the driver repeat a transaction that fails with TransientTransactionError', async () => {
    stand.proxy.on({ command: 'insert' }, { does: 'answer', with: labelled('TransientTransactionError') });

    expect(await inTransaction()).toBe(2);
  });

  it('has the driver repeat a commit whose outcome is unknown, and not the work', async () => {
    stand.proxy.on(
      { command: 'commitTransaction', times: 2 },
      { does: 'answer', with: labelled('UnknownTransactionCommitResult') },
    );

    expect(await inTransaction()).toBe(1);
    expect(stand.proxy.heard.filter(({ name }) => name === 'commitTransaction')).toHaveLength(3);
  });

  it('has the driver repeat a write whose answer is lost, under the same number', async () => {
    stand.proxy.on({ command: 'insert' }, { does: 'swallow' });

    // The server that knows no such numbers carries it out once more, and finds the document there.
    await expect(stand.rows.insertOne({ _id: 1 })).rejects.toMatchObject({ code: 11_000 });

    const inserts = stand.proxy.heard.filter(({ name }) => name === 'insert');
    expect(inserts).toHaveLength(2);
    expect(inserts[0]!.body['txnNumber']).toEqual(inserts[1]!.body['txnNumber']);
  });

  it('lets a transaction fail for good with an error that has no label', async () => {
    stand.proxy.on(
      { command: 'commitTransaction' },
      { does: 'answer', with: { ok: 0, code: 112, errmsg: 'conflict' } },
    );

    const failed = await inTransaction().catch((error: unknown) => error);

    expect(failed).toBeInstanceOf(MongoServerError);
    expect(failed).toMatchObject({ code: 112 });
  });
});
