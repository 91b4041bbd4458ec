import { isEventStoreError } from '../../../log/errors.js';
import type { EventStore } from '../../../log/event-store.js';
import { collect, equal, ok, rejects, same, type Refusal } from '../check.js';
import { equalsHead } from './append.js';
import { eventStoreCase, type EventStoreCase } from './harness.js';

const EXACT: Readonly<Record<string, unknown>> = {
  null: null,
  'a bare string': 'x',
  'a bare number': 0,
  'a bare boolean': false,
  'an empty object and an empty array': [{}, []],
  'the ends of the numbers': [
    Number.MAX_VALUE,
    Number.MIN_VALUE,
    Number.MAX_SAFE_INTEGER + 2,
    -0.1,
    1e21,
    5e-324,
  ],
  'every kind of character': '\0\u0001\b\n\r\t\u007f\u2028\u2029\ufeff"\\/äß中😀\u{10ffff}\uffff',
  'lone surrogates': ['\ud800', 'a\udc00b', '\udc00\ud800', { '\ud83d': 1 }],
  'a key __proto__': JSON.parse('{"__proto__":{"admin":true},"a":[{"__proto__":null}]}') as unknown,
  'keys that objects inherit': { constructor: 1, toString: 2, hasOwnProperty: 3, valueOf: null },
  'keys of any sort': { '': 1, ' ': 2, 'a.b': 3, 'a[0]': 4, '1': 5, '😀': 6, $type: 7, $date: 8, a$b: 9 },
  'strings that look like something else': ['2026-01-01T00:00:00.000Z', 'NaN', '1n', 'null', '{"$date":0}'],
  'a hundred levels': nested(100),
};

class Money {
  constructor(readonly cents: number) {}
}

const INEXACT: Readonly<Record<string, () => readonly [data: unknown, path: string]>> = {
  undefined: () => [undefined, 'data'],
  'undefined in an object': () => [{ a: { b: undefined } }, 'data.a.b'],
  'undefined in an array': () => [{ a: [1, undefined] }, 'data.a[1]'],
  NaN: () => [{ a: [NaN] }, 'data.a[0]'],
  Infinity: () => [{ a: -Infinity }, 'data.a'],
  '-0': () => [{ a: -0 }, 'data.a'],
  'a BigInt': () => [{ a: 1n }, 'data.a'],
  'a Date': () => [{ a: new Date(0) }, 'data.a'],
  'a Map': () => [{ a: new Map([[1, 2]]) }, 'data.a'],
  'a Set': () => [{ a: new Set([1]) }, 'data.a'],
  bytes: () => [{ a: new Uint8Array([1]) }, 'data.a'],
  'a RegExp': () => [{ a: /x/ }, 'data.a'],
  'an Error': () => [{ a: new Error('x') }, 'data.a'],
  'an instance of a class': () => [{ a: { b: new Money(1) } }, 'data.a.b'],
  'an object without a prototype, with an undefined': () => [
    Object.assign(Object.create(null) as object, { a: undefined }),
    'data.a',
  ],
  'a boxed number': () => [{ a: Object(1) as unknown }, 'data.a'],
  'a function': () => [{ a: () => 1 }, 'data.a'],
  'a symbol': () => [{ a: Symbol('x') }, 'data.a'],
  'a symbol key': () => [{ a: { [Symbol('x')]: 1 } }, 'data.a'],
  'toJSON on an object': () => [{ a: { toJSON: () => 1 } }, 'data.a.toJSON'],
  'toJSON on an array': () => [{ a: Object.assign([1], { toJSON: () => 1 }) }, 'data.a'],
  'an array with a hole': () => [{ a: withHole() }, 'data.a[1]'],
  'an array with a property': () => [{ a: Object.assign([1], { b: 1 }) }, 'data.a'],
  'a key that needs quotes': () => [{ 'a b': { 'c"d': NaN } }, 'data["a b"]["c\\"d"]'],
};

export const jsonCases: readonly EventStoreCase[] = [
  ...Object.entries(EXACT).map(([what, data]) =>
    eventStoreCase(`keeps ${what} exactly`, async ({ store }) => {
      const metadata = { kept: data as null };
      await store.append('note-1', 'no-stream', [{ type: 'note.taken', data, metadata }], { commitId: 'c1' });
      const [event] = await collect(store.readStream('note-1'));
      equal(event?.data, data, 'the data');
      equal(event?.metadata, metadata, 'the metadata');
    }),
  ),

  ...Object.entries(INEXACT).map(([what, example]) =>
    eventStoreCase(`keeps ${what} exactly, or refuses it and names the path`, async ({ store }) => {
      const [data, path] = example();
      await keepsOrRefuses(store, data, (error) => {
        equal(error.path, path, 'the path');
        ok(error.message.includes(path), `the message does not name the path: ${error.message}`);
      });
    }),
  ),

  eventStoreCase('keeps data of any depth exactly, or refuses it', async ({ store }) => {
    await keepsOrRefuses(store, nested(100_000));
  }),

  eventStoreCase('refuses data that contains itself', async ({ store }) => {
    const data: Record<string, unknown> = { a: [1] };
    (data['a'] as unknown[]).push(data);
    const append = () => store.append('note-1', 'any', [{ type: 'note.taken', data }]);
    await rejects('invalid-event', append, 'a cycle');
    await equalsHead(store, 0, 'a refused append');
  }),

  eventStoreCase(
    'leaves out what is undefined in metadata, and refuses what JSON would change',
    async ({ store }) => {
      const append = (metadata: object) =>
        store.append('note-1', 'any', [
          { type: 'note.taken', data: 1, metadata: metadata as { actor: string } },
        ]);
      await append({ actor: 'ann', causationId: undefined });
      const [event] = await collect(store.readStream('note-1'));
      equal(event?.metadata, { actor: 'ann' }, 'the metadata');
      const error = await rejects(
        'invalid-event',
        () => append({ tenant: { id: NaN } }),
        'NaN in the metadata',
      );
      equal(error.path, 'metadata.tenant.id', 'the path');
    },
  ),
];

/** Either the value comes back as it was, or it is refused and nothing is written. */
async function keepsOrRefuses(
  store: EventStore,
  data: unknown,
  check: (error: Refusal) => void = () => undefined,
): Promise<void> {
  try {
    await store.append('note-1', 'no-stream', [{ type: 'note.taken', data }]);
  } catch (error) {
    if (!isEventStoreError(error, 'invalid-event')) throw error;
    check(error as Refusal);
    return equalsHead(store, 0, 'a refused append');
  }
  const [event] = await collect(store.readStream('note-1'));
  ok(same(event?.data, data), 'the data was taken, and came back changed');
}

function nested(depth: number): unknown {
  let value: unknown = 1;
  for (let i = 0; i < depth; i++) value = i % 2 ? { a: value } : [value];
  return value;
}

function withHole(): unknown[] {
  const array: unknown[] = [1];
  array[2] = 3;
  return array;
}
