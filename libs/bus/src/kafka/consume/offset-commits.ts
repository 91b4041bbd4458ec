import type { Timers } from '@varve/eventstore';
import type { TopicPartitionOffset } from '../driver/kafka-driver.js';
import type { PartitionLane } from './partition-lane.js';

/** What a crash repeats at most, in milliseconds of handling; a commit costs the broker a write. */
const INTERVAL = 50;
const AFTER_FAILURE = 500;

export interface OffsetCommitsPorts {
  readonly lanes: () => Iterable<PartitionLane>;
  readonly commit: (offsets: readonly TopicPartitionOffset[]) => Promise<void>;
  readonly failed: (error: unknown) => void;
  readonly timers: Timers;
}

/** Commits how far each partition is done, at most so often, one commit at a time. */
export class OffsetCommits {
  #cancel: (() => void) | undefined;
  #committing: Promise<void> | undefined;

  constructor(private readonly ports: OffsetCommitsPorts) {}

  soon(delay = INTERVAL): void {
    if (this.#cancel || this.#committing) return;
    this.#cancel = this.ports.timers.after(delay, () => {
      this.#cancel = undefined;
      this.#committing = this.#commit();
    });
  }

  /** The last ones. */
  async close(): Promise<void> {
    await this.#committing;
    this.#cancel?.();
    // Nothing is scheduled any more, also when this fails.
    this.#cancel = () => undefined;
    await this.#commit();
  }

  async #commit(): Promise<void> {
    const open = [...this.ports.lanes()].flatMap((lane) => {
      const offset = lane.committable;
      return offset === undefined ? [] : [{ lane, offset }];
    });
    let delay = INTERVAL;
    try {
      const offsets = open.map(({ lane: { topic, partition }, offset }) => ({ topic, partition, offset }));
      if (offsets.length > 0) await this.ports.commit(offsets);
      for (const { lane, offset } of open) lane.committedUpTo(offset);
    } catch (error) {
      // A rebalance refuses a commit, for one; what is not committed is fetched again, or committed after it.
      delay = AFTER_FAILURE;
      this.ports.failed(error);
    }
    this.#committing = undefined;
    if ([...this.ports.lanes()].some(({ committable }) => committable !== undefined)) this.soon(delay);
  }
}
