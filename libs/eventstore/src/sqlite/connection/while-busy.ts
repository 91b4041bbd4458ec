import { setTimeout as pause } from 'node:timers/promises';
import { isBusy } from '../errors.js';

/** How long the driver itself may block the event loop for a lock, in milliseconds; the rest of the patience is asynchronous. */
export const DRIVER_TIMEOUT = 3;
const LONGEST_PAUSE = 25;

/** Tries again while the file is locked, for at most `milliseconds`, and leaves the event loop free in between. */
export async function whileBusy<T>(milliseconds: number, work: () => T): Promise<T> {
  const deadline = performance.now() + milliseconds;
  for (let attempt = 1; ; attempt++) {
    try {
      return work();
    } catch (error) {
      if (!isBusy(error) || performance.now() >= deadline) throw error;
    }
    await pause(busyPause(attempt));
  }
}

/** Jitter, so that two processes that wait for each other's locks do not keep step. */
export function busyPause(attempt: number): number {
  return 1 + Math.random() * Math.min(LONGEST_PAUSE, 2 ** attempt);
}
