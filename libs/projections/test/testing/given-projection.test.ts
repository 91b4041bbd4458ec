import { defineEvent, Event, EventRegistry, upcast } from '@varve/eventstore';
import { defineProjection } from '@varve/projections';
import type { SqliteTransaction } from '@varve/projections/sqlite';
import { givenProjection } from '@varve/projections/testing';
import { describe, expect, it } from 'vitest';
import { totals } from '../projection/orders.js';

const charged = (cents: number) => ({ type: 'order.charged', data: { cents } });

describe('givenProjection', () => {
  it('accepts the rows that the events make, in any order', async () => {
    await givenProjection(totals())
      .events('order-1', charged(5), charged(6))
      .events('order-2', charged(1))
      .inAnyOrderOfStreams()
      .then({
        totals: [
          { id: 'order-2', cents: 1, events: 1 },
          { id: 'order-1', cents: 11, events: 2 },
        ],
      });
  });

  it('shows what is missing and what was not expected', async () => {
    const given = givenProjection(totals()).events('order-1', charged(5));
    const wrong = given.then({ totals: [{ id: 'order-1', cents: 6, events: 1 }] });
    await expect(wrong).rejects.toThrow(
      [
        'The rows are not the expected ones.',
        '  totals: expected {"cents":6,"events":1,"id":"order-1"}',
        '  totals: got      {"cents":5,"events":1,"id":"order-1"}',
      ].join('\n'),
    );
  });

  it('accepts an empty table that is not named, and finds rows that nobody expects', async () => {
    await givenProjection(totals()).then({});
    await expect(givenProjection(totals()).events('order-1', charged(5)).then({})).rejects.toThrow(/got/);
  });

  it('finds a projection that keeps state outside of its transaction', async () => {
    let count = 0;
    const forgetful = counter((_event, tx) => void tx.run('INSERT INTO {counts} VALUES (?)', ++count));
    const given = givenProjection(forgetful).events('order-1', charged(5));
    await expect(given.then({ counts: [{ count: 1 }] })).rejects.toThrow(
      /depend on how the events are delivered/,
    );
  });

  it('finds a projection that depends on the order of streams, when asked to', async () => {
    const first = counter((event, tx) => {
      const id = Number(event.stream.split('-')[1]);
      tx.run('INSERT INTO {counts} SELECT ? WHERE NOT EXISTS (SELECT 1 FROM {counts})', id);
    });
    const given = givenProjection(first).events('order-1', charged(5)).events('order-2', charged(5));
    await given.then({ counts: [{ count: 1 }] });
    await expect(given.inAnyOrderOfStreams().rows()).rejects.toThrow(
      /depend on how the events are delivered/,
    );
  });

  it('takes instances of registered classes', async () => {
    class Charged {
      constructor(readonly cents: number) {}
    }
    Event('order.charged')(Charged);
    await givenProjection(totals(), { registry: new EventRegistry([Charged]) })
      .events('order-1', new Charged(5))
      .then({ totals: [{ id: 'order-1', cents: 5, events: 1 }] });
  });

  it('takes what older code has stored, and shows it to the projection as it is now', async () => {
    const now = defineEvent<{ cents: number }>('order.charged', { version: 2 });
    const toCents = upcast<{ euros: number }>('order.charged', { from: 1, to: 2 }, ({ euros }) => ({
      cents: 100 * euros,
    }));
    await givenProjection(totals(), { registry: new EventRegistry([now], { upcasters: [toCents] }) })
      .stored('order-1', { type: 'order.charged', schemaVersion: 1, data: { euros: 3 } })
      .events('order-1', now.create({ cents: 5 }))
      .then({ totals: [{ id: 'order-1', cents: 305, events: 2 }] });
  });

  it('fails with what the projection throws', async () => {
    const failing = totals({
      before: () => {
        throw new Error('out of ink');
      },
    });
    await expect(givenProjection(failing).events('order-1', charged(1)).then({})).rejects.toThrow(
      /out of ink/,
    );
  });
});

function counter(handle: (event: { stream: string }, tx: SqliteTransaction) => void) {
  return defineProjection<SqliteTransaction>({
    name: 'counts',
    version: 1,
    order: 'stream',
    setup: (tx) => tx.exec('CREATE TABLE {counts} (count INTEGER) STRICT'),
    on: { 'order.charged': handle },
  });
}
