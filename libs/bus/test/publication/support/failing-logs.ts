import { StoreUnavailableError, type AppendResult, type EventStore } from '@varve/eventstore';
import { intercepting } from './intercepting.js';

/** Writes, and never comes back to say so. */
export function landing(log: EventStore): EventStore {
  return intercepting(log, 'append', async (append) => {
    await append();
    return new Promise(() => undefined);
  });
}

export function failingAfter(log: EventStore): EventStore {
  return intercepting(log, 'append', async (append) => {
    await append();
    throw new StoreUnavailableError('the answer was lost', 'unknown');
  });
}

export function failingBefore(log: EventStore): EventStore {
  return intercepting(log, 'append', async () => {
    throw new StoreUnavailableError('nobody knows', 'unknown');
  });
}

export function committed(result: AppendResult) {
  if (!result.ok) throw new Error(`conflict at ${result.conflict.actual}`);
  return result.commit;
}
