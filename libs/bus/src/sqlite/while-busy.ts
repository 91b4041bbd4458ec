import { setTimeout as pause } from 'node:timers/promises';
import { isBusy } from './driver-errors.js';

const LONGEST_PAUSE = 25;

/**
 * Runs `work` again for as long as another process has the lock, `busyTimeout` milliseconds at most. The driver itself waits by blocking the
 * thread, so it is given a few milliseconds only.
 */
export async function whileBusy<T>(work: () => T, busyTimeout: number): Promise<T> {
  const deadline = performance.now() + busyTimeout;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return work();
    } catch (error) {
      if (!isBusy(error) || performance.now() >= deadline) throw error;
    }
    await pause(1 + Math.random() * Math.min(LONGEST_PAUSE, 2 ** attempt));
  }
}
