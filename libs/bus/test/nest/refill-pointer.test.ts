import { InMemoryEventStore } from '@varve/eventstore/testing';
import type { ReadStreamOptions, RecordedEvent } from '@varve/eventstore';
import { expect, test } from 'vitest';
import { refillPointer } from '../../src/nest/subscriber/refill-pointer.js';

class CountingLog extends InMemoryEventStore {
  read = 0;

  override async *readStream(stream: string, options?: ReadStreamOptions): AsyncGenerator<RecordedEvent> {
    for await (const event of super.readStream(stream, options)) {
      this.read += 1;
      yield event;
    }
  }
}

test('a pointer to what is no one commit is refused, and no further commit is read for it', async () => {
  const log = new CountingLog();
  const paid = { type: 'order.paid', data: {} };
  for (let n = 0; n < 5; n++) await log.append('order-1', 'any', [paid, paid]);
  const pointer = { logId: log.logId, stream: 'order-1', at: new Date(0) };
  const whole = await refillPointer({ ...pointer, firstVersion: 3, lastVersion: 4 }, [log]);
  expect(whole.map(({ version }) => version)).toEqual([3, 4]);
  log.read = 0;
  const forged = { ...pointer, firstVersion: 1, lastVersion: 10 };
  await expect(refillPointer(forged, [log])).rejects.toMatchObject({ code: 'message-rejected' });
  expect(log.read).toBe(3);
});
