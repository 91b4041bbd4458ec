import type { EventStore } from '@varve/eventstore';
import { commitOf } from './writer-commits.ts';

/** Customers who go on while things break: a few at once, each waiting for its answer. */
export class Traffic {
  position = 0;
  #next = 0;
  #stopped = false;
  readonly #done: Promise<unknown>;

  constructor(
    private readonly log: EventStore,
    private readonly name = 'shop',
    customers = 4,
  ) {
    this.#done = Promise.all(Array.from({ length: customers }, () => this.#shop()));
  }

  /** Ends when what was begun is answered. */
  async stop(): Promise<number> {
    this.#stopped = true;
    await this.#done;
    return this.position;
  }

  async #shop(): Promise<void> {
    while (!this.#stopped) {
      const { stream, events, commitId } = commitOf(this.name, this.#next++);
      const result = await this.log.append(stream, 'any', events, { commitId });
      if (!result.ok) throw new Error('"any" is always met');
      this.position = Math.max(this.position, result.commit.position);
    }
  }
}

/** Appends this many commits as fast as they can be written. */
export async function fill(log: EventStore, commits: number, name = 'earlier'): Promise<void> {
  for (let from = 0; from < commits; from += 500) {
    const batch = Array.from({ length: Math.min(500, commits - from) }, (_, index) =>
      commitOf(name, from + index),
    );
    await Promise.all(
      batch.map(({ stream, events, commitId }) => log.append(stream, 'any', events, { commitId })),
    );
  }
}
