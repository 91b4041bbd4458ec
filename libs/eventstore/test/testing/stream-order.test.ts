import fc from 'fast-check';
import { InMemoryEventStore } from '@varve/eventstore/testing';
import { expect, test } from 'vitest';

test('streams are listed in the order of their UTF-8 bytes, as a database has it', async () => {
  const name = fc.string({ unit: 'binary', minLength: 1, maxLength: 4 });
  const property = fc.asyncProperty(fc.uniqueArray(name, { maxLength: 20 }), async (names) => {
    const store = new InMemoryEventStore();
    for (const stream of names) await store.append(stream, 'no-stream', [{ type: 'x', data: null }]);
    const listed = (await store.listStreams()).map(({ stream }) => stream);
    expect(listed).toEqual([...names].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))));
  });
  await fc.assert(property);
});
