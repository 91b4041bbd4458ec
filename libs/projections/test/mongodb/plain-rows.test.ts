import { ProjectionFailedError } from '@varve/eventstore';
import fc from 'fast-check';
import { Binary, BSON, Decimal128, Double, Int32, Long, ObjectId, Timestamp, UUID, type Db } from 'mongodb';
import { describe, expect, it, test } from 'vitest';
import { Changes } from '../../src/mongodb/watermark/rows/changes.js';
import { foldRow, MAX_ROW_BYTES } from '../../src/mongodb/watermark/rows/fold-row.js';
import type { RowId } from '../../src/mongodb/watermark/rows/row-id.js';
import { WatermarkTransaction } from '../../src/mongodb/watermark/watermark-transaction.js';

const folding = { processor: 'customers@1', collection: 'customers__v1__customers', now: new Date(0) };
const LONE = 'maria\uD800';

/** What becomes of a row for which a function has answered this. */
function fold(row: unknown, id: RowId = 'maria'): object | undefined {
  const change = { position: 3, stream: 'order-1', evolve: () => row };
  return foldRow(undefined, { id, changes: [change] }, folding);
}

function refusalOf(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error instanceof ProjectionFailedError ? error.cause : error;
  }
  return undefined;
}

class Money {
  readonly cents = 4_498;
}

/** As deep as it says, itself counted. */
function nested(levels: number): object {
  return levels === 1 ? {} : { in: nested(levels - 1) };
}

function withoutMinusZero(value: unknown): unknown {
  if (typeof value === 'number') return value + 0;
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  if (Array.isArray(value)) return value.map(withoutMinusZero);
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, withoutMinusZero(inner)]));
}

const inItself: { it?: object } = {};
inItself.it = inItself;

describe('A row', () => {
  const kept: Readonly<Record<string, object>> = {
    'plain values': { a: null, b: true, c: 'text', d: -0.5, e: [1, [2, { f: [] }]], g: { h: {} } },
    'large and small numbers': { a: 2 ** 53 + 2, b: 2 ** 31, c: -1e300, d: 5e-324 },
    'any date': { first: new Date(-8.64e15), last: new Date(8.64e15) },
    'text with a NUL, and of every plane': { text: 'a\0b 💶 ﷽' },
    'names that mean something to JavaScript': JSON.parse(
      '{"__proto__": 1, "constructor": 2, "": 3}',
    ) as object,
    'names with a dot, and an operator further on': { 'maria@example.org': 1, 'a.$b': 2 },
    'an object without a prototype': { a: Object.assign(Object.create(null) as object, { b: 1 }) },
    'a hundred levels': nested(100),
  };
  for (const [what, row] of Object.entries(kept)) {
    it(`of ${what} comes back as it was`, () => {
      const folded = fold(row)!;
      expect(folded).toEqual({ ...row, _id: 'maria', _position: 3 });
      expect(BSON.deserialize(BSON.serialize(folded))).toEqual(folded);
    });
  }

  it('leaves out what is undefined', () => {
    expect(Object.keys(fold({ a: 1, b: undefined, c: { d: undefined } })!)).toEqual([
      'a',
      'c',
      '_id',
      '_position',
    ]);
  });

  it('has 0 for -0, which not every server keeps', () => {
    expect(fold({ a: [-0] })).toEqual({ a: [0], _id: 'maria', _position: 3 });
  });

  it('that is anything at all comes back as it was, or is refused with its path', () => {
    const anything = fc.dictionary(
      fc.string(),
      fc.anything({
        ...{ withBigInt: true, withDate: true, withMap: true, withSet: true, withTypedArray: true },
        ...{ withBoxedValues: true, withNullPrototype: true, withSparseArray: true },
      }),
    );
    fc.assert(
      fc.property(anything, (row) => {
        const refusal = refusalOf(() => fold(row)) as { code: string; path: string } | undefined;
        if (refusal) {
          expect(refusal).toMatchObject({ code: 'invalid-row', path: expect.stringMatching(/./) });
          return;
        }
        expect(BSON.deserialize(BSON.serialize(fold(row)!))).toEqual({
          ...(withoutMinusZero(row) as object),
          ...{ _id: 'maria', _position: 3 },
        });
      }),
      { numRuns: 500 },
    );
  });

  test.each<[string, object, string, RegExp]>([
    ['a BigInt', { a: { b: 5n } }, 'a.b', /BigInt.*String\(it\)/],
    ['a Map', { a: [{}, new Map()] }, 'a[1]', /class Map.*Object\.fromEntries/],
    ['a Set', { a: new Set() }, 'a', /class Set.*Array\.from/],
    ['undefined in an array', { a: [1, undefined] }, 'a[1]', /undefined. Use null/],
    ['a hole', { a: Object.assign([], { 1: 2 }) }, 'a[0]', /undefined. Use null/],
    ['a function', { pay: () => 1 }, 'pay', /function. Leave it out/],
    ['a symbol', { a: Symbol('a') }, 'a', /symbol. Leave it out/],
    ['a symbol as a name', { a: { [Symbol('b')]: 1 } }, 'a', /symbol key/],
    [
      'NaN',
      { items: [{}, {}, { price: Number.NaN }] },
      'items[2].price',
      /NaN. Use a finite number, or null/,
    ],
    ['Infinity', { a: -Infinity }, 'a', /-Infinity/],
    ['an invalid date', { at: new Date('no') }, 'at', /invalid date/],
    ['a Buffer', { 'a b': Buffer.of(1) }, '["a b"]', /class Buffer.*base64/],
    ['a lone surrogate', { name: LONE }, 'name', /toWellFormed/],
    ['a Long', { a: Long.fromNumber(5) }, 'a', /class Long. Use a number/],
    ['an Int32', { a: new Int32(5) }, 'a', /class Int32. Use a number/],
    ['a Decimal128', { a: Decimal128.fromString('1.5') }, 'a', /class Decimal128. Use a number, or text/],
    ['an ObjectId', { a: new ObjectId() }, 'a', /class ObjectId. Use text/],
    ['a Binary', { a: new Binary(Buffer.of(1)) }, 'a', /class Binary.*base64/],
    ['a RegExp', { a: /a/ }, 'a', /class RegExp/],
    ['an object of a class', { price: new Money() }, 'price', /class Money. Use a plain object/],
    ['an array with a property', { a: Object.assign([1], { b: 2 }) }, 'a', /plain array/],
    ['an operator as a name', { a: { $set: 1 } }, 'a.$set', /begins with "\$"/],
    ['a NUL in a name', { 'a\0b': 1 }, '["a\\u0000b"]', /NUL/],
    ['the name of a type of the driver', { a: { _bsontype: 'Long' } }, 'a._bsontype', /driver/],
    ['more than a hundred levels', nested(101), `in${'.in'.repeat(99)}`, /deeper than 100/],
    ['itself', inItself, `it${'.it'.repeat(99)}`, /or in itself/],
  ])('with %s is refused with the projection, the row, the path and a way out', (_what, row, path, says) => {
    const refusal = refusalOf(() => fold(row));
    expect(refusal).toMatchObject({
      ...{ code: 'invalid-row', processor: 'customers@1', rowId: 'maria', path },
      message: expect.stringMatching(says),
    });
    const start = `The row "maria" of "customers__v1__customers" in "customers@1" cannot be kept: ${path} `;
    expect((refusal as Error).message.startsWith(start)).toBe(true);
    expect((refusal as Error).message).toMatch(/Nothing was written\.$/);
  });

  test('that is of a class is refused, since it would come back without it', () => {
    expect(refusalOf(() => fold(new Money()))).toMatchObject({
      code: 'invalid-row',
      path: '',
      message: expect.stringContaining('it is of class Money'),
    });
  });

  test('of 16 MB is kept, and a larger one refused with its size', () => {
    const empty = BSON.calculateObjectSize({ text: '', _id: 'maria' });
    const text = 'x'.repeat(MAX_ROW_BYTES - empty);
    expect(fold({ text })).toMatchObject({ _position: 3 });
    expect(refusalOf(() => fold({ text: `${text}x` }))).toMatchObject({
      code: 'invalid-row',
      message: expect.stringMatching(/it has 16760833 bytes, more than 16760832. Make several rows/),
    });
  });

  test('that a function answers is no BigInt', () => {
    expect(refusalOf(() => fold(5n))).toMatchObject({ message: expect.stringContaining('answers 5n') });
  });

  test('is shown with its id, be it from the database or from the event before', () => {
    const seen: unknown[] = [];
    const evolve = (row: object | undefined) => {
      seen.push(row);
      return { n: seen.length };
    };
    const changes = [1, 2].map((position) => ({ position, stream: 'order-1', evolve }));
    foldRow(undefined, { id: 'maria', changes }, folding);
    expect(seen).toEqual([undefined, { n: 1, _id: 'maria' }]);
  });
});

describe('The id of a row', () => {
  const change = { position: 1, stream: 'order-1', evolve: () => ({}) };
  const add = (id: unknown) => new Changes('customers@1').add('customers', id as RowId, change);

  for (const id of ['', 'maria', 'a\0b', '💶', 'x'.repeat(1_024), 0, -1.5, 2 ** 53 + 2, 1e300]) {
    test(`may be ${JSON.stringify(id).slice(0, 20)}`, () => {
      expect(() => add(id)).not.toThrow();
    });
  }

  test.each<[string, unknown, RegExp]>([
    ['a Long', Long.fromNumber(5), /class Long.*Use text or a number/],
    ['a Double', new Double(5), /class Double/],
    ['a Buffer', Buffer.of(1, 2), /class Buffer/],
    ['a date', new Date(0), /class Date/],
    ['an ObjectId', new ObjectId(), /class ObjectId/],
    ['a UUID', new UUID(), /class UUID/],
    ['a Timestamp', new Timestamp(5n), /class Timestamp/],
    ['an object', { a: 1 }, /class Object/],
    ['a BigInt', 5n, /BigInt. Use text/],
    ['NaN', Number.NaN, /NaN/],
    ['-0', -0, /-0/],
    ['a boolean', true, /boolean/],
    ['nothing', undefined, /missing. Make one from the event/],
    ['null', null, /null. Make one from the event/],
    ['a lone surrogate', LONE, /lone surrogate.*two ids would become one/],
    ['longer than 1,024 bytes', 'é'.repeat(513), /1026 bytes, more than 1024. Use a hash/],
  ])('is refused if it is %s', (_what, id, says) => {
    expect(refusalOf(() => add(id))).toMatchObject({
      ...{ code: 'invalid-row', processor: 'customers@1', rowId: id, path: '_id' },
      message: expect.stringMatching(says),
    });
  });
});

describe('A collection of rows in watermark mode', () => {
  const setup = () =>
    new WatermarkTransaction({
      ...{ processor: 'customers@1', prefix: 'customers__v1__', isSetup: true },
      database: undefined as unknown as Db,
    });

  for (const [option, value] of [
    ['collation', { locale: 'en', strength: 2 }],
    ['capped', true],
    ['expireAfterSeconds', 60],
    ['viewOn', 'orders'],
  ] as const) {
    test(`cannot have the option ${option}, by which rows would be taken for each other, or get lost`, () => {
      expect(() => setup().createCollection('customers', { [option]: value })).toThrow(
        expect.objectContaining({ code: 'invalid-options', option }),
      );
    });
  }
});
