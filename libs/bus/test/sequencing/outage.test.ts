import {
  StoreUnavailableError,
  type ProcessorId,
  type RecordedEvent,
  type TransactionalHandler,
} from '@varve/eventstore';
import { InMemoryProcessorStore, type MemoryTransaction } from '@varve/eventstore/testing';
import { expect, test } from 'vitest';
import { Fixture, settle } from './fixture.js';
import { standing } from './unreliable-logs.js';

/** Loses its connection between the last row and the commit, when it is told to. */
class FailingStore extends InMemoryProcessorStore {
  isFailing = false;

  override transaction<T>(
    processor: ProcessorId,
    work: (tx: MemoryTransaction) => T | Promise<T>,
  ): Promise<T> {
    return super.transaction(processor, async (tx) => {
      const result = await work(tx);
      if (!this.isFailing) return result;
      this.isFailing = false;
      throw new StoreUnavailableError('the connection is lost', 'not-written');
    });
  }
}

test('after an outage of the read models a sequencer hands over what the log has, not what a handler has made of it', async () => {
  const fixture = new Fixture();
  const store = new FailingStore();
  let outages = 2;
  const given: string[] = [];
  const handler: TransactionalHandler<MemoryTransaction> = {
    effects: 'in-transaction',
    apply: (commits) => {
      store.isFailing = outages > 0;
      outages -= 1;
      for (const { data } of commits.flatMap(({ events }) => events as RecordedEvent<{ of: string }>[])) {
        given.push(data.of);
        Object.assign(data, { of: 'changed' });
      }
    },
  };
  const sequencer = fixture.sequencer();
  const log = standing(fixture.log);
  const processor = fixture.processor(sequencer, { store, handler, log });
  await settle(fixture, processor);
  await fixture.publish(await fixture.append('order-1'), await fixture.append('order-2'));
  while (outages > 0) await settle(fixture, processor).catch(() => undefined);
  await settle(fixture, processor);
  expect(given.length).toBeGreaterThan(4);
  expect(given).not.toContain('changed');
  expect(sequencer.status()).toMatchObject({ held: 0, applied: 2 });
});
