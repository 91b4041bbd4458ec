import { scheduler } from 'node:timers/promises';
import { isEventStoreError } from '@varve/eventstore';

const PAUSE = 20;

/** Again and again, as long as there is no server. */
export async function whileUnavailable<T>(work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!isEventStoreError(error) || error.code !== 'store-unavailable') throw error;
      await scheduler.wait(PAUSE);
    }
  }
}
