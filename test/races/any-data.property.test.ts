import { deepStrictEqual } from 'node:assert/strict';
import { isEventStoreError, type EventStore } from '@varve/eventstore';
import { SqliteEventStore } from '@varve/eventstore/sqlite';
import { InMemoryEventStore } from '@varve/eventstore/testing';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

const RUNS = 300 * Number(process.env['VARVE_PROPERTY_FACTOR'] ?? 1);

/** Lone surrogates, control characters and every other UTF-16 unit. */
const anyText = fc.string({ unit: fc.nat(0xffff).map((unit) => String.fromCharCode(unit)) });

const json = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 6 },
    fc.constantFrom(null, true, false),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => (n === 0 ? 0 : n)),
    anyText,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.oneof(anyText, fc.constantFrom('__proto__', 'constructor', 'toJSONs')), tie('value'), {
      maxKeys: 4,
      noNullPrototype: true,
    }),
  ),
})).value;

const anything = fc.anything({
  withBigInt: true,
  withDate: true,
  withMap: true,
  withSet: true,
  withSparseArray: true,
  withTypedArray: true,
  withBoxedValues: true,
});

const stores: readonly { name: string; open: () => Promise<EventStore> }[] = [
  { name: 'InMemoryEventStore', open: async () => new InMemoryEventStore() },
  { name: 'SqliteEventStore', open: () => SqliteEventStore.open({ file: ':memory:' }) },
];

describe.each(stores)('$name', ({ open }) => {
  test('gives back any JSON as it was appended', async () => {
    await withStore(open, async (store) => {
      let version = 0;
      const property = fc.asyncProperty(json, async (data) => {
        await store.append('note-1', version, [{ type: 'note.taken', data }]);
        version += 1;
        deepStrictEqual(await readAt(store, version), data);
      });
      await fc.assert(property, { numRuns: RUNS });
    });
  });

  test('gives back anything as it was appended, or refuses it and names the path', async () => {
    await withStore(open, async (store) => {
      const property = fc.asyncProperty(anything, async (data) => {
        const head = await store.head();
        const refusal = await append(store, data);
        expect(await store.head()).toBe(refusal ? head : head + 1);
        if (refusal)
          expect(refusal).toMatchObject({ code: 'invalid-event', path: expect.stringMatching(/^data/) });
        else deepStrictEqual(await readAt(store, head + 1), withPrototypes(data));
      });
      await fc.assert(property, { numRuns: RUNS });
    });
  });
});

async function withStore(
  open: () => Promise<EventStore>,
  work: (store: EventStore) => Promise<void>,
): Promise<void> {
  const store = await open();
  try {
    await work(store);
  } finally {
    await store.close();
  }
}

async function append(store: EventStore, data: unknown): Promise<Error | undefined> {
  try {
    await store.append('note-1', 'any', [{ type: 'note.taken', data }]);
    return undefined;
  } catch (error) {
    if (!isEventStoreError(error)) throw error;
    return error;
  }
}

async function readAt(store: EventStore, version: number): Promise<unknown> {
  for await (const event of store.readStream('note-1', { from: version, limit: 1 })) return event.data;
  throw new Error(`There is no version ${version}.`);
}

/** An object without a prototype is plain data; it comes back as an ordinary object. */
function withPrototypes(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(withPrototypes);
  const entries = Object.entries(value).map(([key, one]) => [key, withPrototypes(one)] as const);
  return Object.fromEntries(entries);
}
