import { InMemoryEventStore } from '@varve/eventstore/testing';
import { defineProjection, Projector, type Projection } from '@varve/projections';
import type { MongoWatermarkReadModels, WatermarkTransaction } from '@varve/projections/mongodb';
import fc from 'fast-check';
import { BSON, type Document } from 'mongodb';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { mongoServers, type MongoTestServer } from '../../../../../test/services/mongodb/index.js';
import { WatermarkBench, type Place } from './bench.js';

const servers = await mongoServers();
const rounds = Number(process.env['VARVE_ROW_ROUNDS'] ?? 10);
const seed = Number(process.env['VARVE_SEED'] ?? 1);

/** FerretDB takes no arrays in arrays, and cannot always read again what has a name of other characters. */
const isNarrow = (server: string): boolean => server === 'ferretdb';

const text = fc.string({ unit: 'binary', maxLength: 12 });
const number = fc.double({ noNaN: true, noDefaultInfinity: true }).filter((one) => !Object.is(one, -0));
const id = fc.oneof(text, fc.integer(), number);

function rowsOn({ name: server }: MongoTestServer): fc.Arbitrary<Record<string, unknown>> {
  const names = isNarrow(server) ? fc.stringMatching(/^[a-z_]\w{0,8}$/) : text;
  const name = names.filter((one) => !/^(\$|_id$|_position$|_deleted(At)?$|_bsontype$)|\0/.test(one));
  const leaf = fc.oneof(
    fc.constant(null),
    fc.boolean(),
    text,
    fc.integer(),
    number,
    fc.date({ noInvalidDate: true }),
  );
  const { value } = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      leaf,
      fc.array(isNarrow(server) ? leaf : tie('value'), { maxLength: 3 }),
      fc.dictionary(name, tie('value'), { maxKeys: 3 }),
    ),
  }));
  return fc.dictionary(name, value, { maxKeys: 5 });
}

/** Not by `toEqual`, which stumbles over fields such as `toString`. */
function differing(rows: readonly unknown[], expected: readonly unknown[]): readonly unknown[] {
  const pairs = expected.map((row, i) => ({ row: rows[i], expected: structuredClone(row) }));
  return pairs.filter((pair) => !isDeepStrictEqual(pair.row, pair.expected));
}

function sorted(rows: readonly Document[]): readonly Document[] {
  return rows.toSorted((a, b) => (String(a['_id']) < String(b['_id']) ? -1 : 1));
}

/** A row of an order in each of two collections; the second one may be what cannot be kept. */
function orders(second: unknown): Projection<WatermarkTransaction> {
  return defineProjection<WatermarkTransaction>({
    ...{ name: 'orders', version: 1, order: 'log' },
    on: {
      'order.placed': (event, tx) => {
        tx.collection<{ _id: string }>('first').evolve(event.stream, event, () => ({ _id: event.stream }));
        tx.collection('second').evolve(event.stream, event, () => second as Document);
      },
    },
  });
}

describe.each(servers)('on $name, a row in watermark mode', (server) => {
  const bench = new WatermarkBench(server);
  afterAll(() => bench.dispose());

  let place: Place;
  let readModels: MongoWatermarkReadModels;
  let log: InMemoryEventStore;
  beforeEach(async () => {
    place = bench.newPlace();
    readModels = await bench.open(place);
    log = new InMemoryEventStore();
  });

  const placed = (stream: string) => log.append(stream, 'any', [{ type: 'order.placed', data: {} }]);
  const project = (second: unknown) =>
    new Projector({ log, readModels, projections: [orders(second)] }).runUntilCaughtUp();

  it(`that is accepted comes back as it was, to readers and to its function (seed ${seed})`, async () => {
    await readModels.createVersion(orders({}), log.logId, 'first');
    let position = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(id, { minLength: 1, maxLength: 8 }),
        rowsOn(server),
        async (ids, row) => {
          const seen: unknown[] = [];
          const step = (evolve: (row: Document | undefined) => Document | undefined) => {
            const event = { stream: 'order-1', position: (position += 1) };
            return readModels.transaction('orders@1', (tx) => {
              for (const each of ids) tx.collection('rows').evolve(each, event, evolve);
            });
          };
          await step(() => row);
          const found = await readModels.query('orders', (q) => q.collection('rows').find().toArray());
          await step((stored) => void seen.push(stored));
          const expected = ids.map((each) => ({ ...row, _id: each }));
          expect(differing(seen, expected)).toEqual([]);
          expect(differing(sorted(found), sorted(expected))).toEqual([]);
        },
      ),
      { numRuns: rounds, seed },
    );
  });

  it('that cannot be kept stops its projection before anything of its commit is written', async () => {
    await placed('order-1');
    await expect(project({ items: [{ price: 1 }, { price: Number.NaN }] })).rejects.toThrow(
      /The row "order-1" of ".*orders__v1__second" in "orders@1" cannot be kept: items\[1\]\.price is NaN/,
    );
    expect(await bench.raw(place, 'orders__v1__first').countDocuments()).toBe(0);
    expect(await readModels.load('orders@1')).toEqual(
      expect.not.objectContaining({ ahead: expect.anything() as unknown }),
    );
  });

  it('leaves the rows of the commits before it, which are all there', async () => {
    for (const stream of ['order-1', 'order-2']) await placed(stream);
    await project({});
    await placed('order-3');
    await expect(project({ tags: new Set(['gift']) })).rejects.toThrow(/tags is of class Set/);
    expect(await bench.raw(place, 'orders__v1__first').countDocuments()).toBe(2);
    expect(await readModels.load('orders@1')).toMatchObject({ position: 2 });
  });

  it('may have fields with the names that every object of JavaScript has', async () => {
    const second = { constructor: [{ a: [1] }], toString: [{ b: 2 }] };
    await placed('order-1');
    await project(second);
    const [row] = await readModels.query('orders', (q) => q.collection('second').find().toArray());
    expect(isDeepStrictEqual(row, { ...second, _id: 'order-1' })).toBe(true);
  });

  it('is not found by an id that is undefined', async () => {
    await placed('order-1');
    await project({});
    const found = readModels.query('orders', (q) =>
      q.collection<{ _id: string }>('first').findOne({ _id: undefined as unknown as string }),
    );
    expect(await found).toBeNull();
  });

  it.runIf(server === servers[0])('of 16 MB is written, and refused when it is larger', async () => {
    const empty = BSON.calculateObjectSize({ text: '', _id: 'order-1' });
    const text = 'x'.repeat(16 * 1_024 * 1_023 - empty);
    await placed('order-1');
    await project({ text });
    // Replaced, which takes more than to insert it.
    await placed('order-1');
    await project({ text });
    const [row] = await readModels.query('orders', (q) => q.collection('second').find().toArray());
    expect(row?.['text']).toHaveLength(text.length);
    await placed('order-1');
    await expect(project({ text: `${text}x` })).rejects.toThrow(
      /it has 16760833 bytes, more than 16760832\. Make several rows/,
    );
  });
});
