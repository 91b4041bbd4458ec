import { scheduler } from 'node:timers/promises';
import type { Step } from './orders.ts';

/** Between two tries of a client who has patience, in milliseconds. */
const PAUSE = 50;

export interface Answer {
  readonly status: number;
  readonly version: number | undefined;
  readonly position: number | undefined;
  readonly rule: string | undefined;
  readonly code: string | undefined;
  readonly milliseconds: number;
}

/** Sends a step with its idempotency key; again, with the same key, when the connection breaks, for so many milliseconds at least. */
export async function send(base: string, step: Step, patience = 0): Promise<Answer> {
  const began = performance.now();
  for (let attempt = 1; ; attempt++) {
    try {
      const response = await fetch(base + step.path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'idempotency-key': step.key },
        body: JSON.stringify(step.body),
      });
      const body = (await response.json()) as {
        position?: number;
        version?: number;
        rule?: string;
        code?: string;
      };
      const milliseconds = performance.now() - began;
      const { position, version, rule, code } = body;
      return { status: response.status, version, position, rule, code, milliseconds };
    } catch (error) {
      if (attempt >= 5 && performance.now() - began >= patience) throw error;
      if (patience > 0) await scheduler.wait(PAUSE);
    }
  }
}

/** Runs `work` over all items, at most `width` at once, in their order. */
export async function inParallel<T>(
  items: Iterable<T>,
  width: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const iterator = items[Symbol.iterator]();
  const worker = async (): Promise<void> => {
    for (let next = iterator.next(); !next.done; next = iterator.next()) await work(next.value);
  };
  await Promise.all(Array.from({ length: width }, worker));
}
