import type { Step } from './orders.ts';

export interface Answer {
  readonly status: number;
  readonly position: number | undefined;
  readonly rule: string | undefined;
  readonly milliseconds: number;
}

/** Sends a step with its idempotency key; again, with the same key, when the connection breaks. */
export async function send(base: string, step: Step): Promise<Answer> {
  const began = performance.now();
  for (let attempt = 1; ; attempt++) {
    try {
      const response = await fetch(base + step.path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'idempotency-key': step.key },
        body: JSON.stringify(step.body),
      });
      const body = (await response.json()) as { position?: number; rule?: string };
      const milliseconds = performance.now() - began;
      return { status: response.status, position: body.position, rule: body.rule, milliseconds };
    } catch (error) {
      if (attempt === 5) throw error;
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
