import { sleep, type Timers } from '@varve/eventstore';
import type {
  KafkaConsumer,
  KafkaConsumerEvents,
  TopicPartition,
  TopicPartitionOffset,
} from '../driver/kafka-driver.js';
import { isBusError } from '../../transport/errors.js';

const FIRST_PAUSE = 200;
const LONGEST_PAUSE = 5_000;

export interface GroupMemberOptions {
  readonly consumer: (events: KafkaConsumerEvents) => KafkaConsumer;
  readonly events: Pick<KafkaConsumerEvents, 'assigned' | 'fetched'>;
  /** After the member has its partitions and before it counts as started. */
  readonly joined: (consumer: KafkaConsumer) => Promise<void>;
  readonly lost: (error: unknown) => void;
  readonly back: () => void;
  readonly timers: Timers;
}

/** A member of a group that survives: a consumer that fails is replaced until one joins again. */
export class GroupMember {
  readonly #closing = new AbortController();
  #consumer: KafkaConsumer | undefined;
  #rejoining: Promise<void> | undefined;
  /** Until it is over a failure belongs to whoever has asked for it. */
  #isJoining = false;

  constructor(private readonly options: GroupMemberOptions) {}

  /** Tries again for that long; then it is for the caller to do so. A group's coordinator is not there at once, for one. */
  async start(milliseconds: number): Promise<void> {
    const { timers } = this.options;
    const expired = new AbortController();
    const cancel = timers.after(milliseconds, () => expired.abort());
    try {
      while (!(await this.#isJoined(expired.signal))) await sleep(timers, FIRST_PAUSE, expired.signal);
    } finally {
      cancel();
    }
  }

  async #isJoined(expired: AbortSignal): Promise<boolean> {
    try {
      await this.#join();
      return true;
    } catch (error) {
      if (expired.aborted || !isBusError(error) || !error.retryable) throw error;
      return false;
    }
  }

  setFlow(paused: readonly TopicPartition[], flowing: readonly TopicPartition[]): void {
    if (flowing.length > 0) this.#consumer?.resume(flowing);
    if (paused.length > 0) this.#consumer?.pause(paused);
  }

  async commit(offsets: readonly TopicPartitionOffset[]): Promise<void> {
    if (!this.#consumer) throw new Error('The member is out of its group.');
    await this.#consumer.commit(offsets);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#rejoining;
    await this.#leave();
  }

  async #join(): Promise<void> {
    const consumer: KafkaConsumer = this.options.consumer({
      assigned: (partitions) => {
        if (this.#consumer === consumer) this.options.events.assigned(partitions);
      },
      fetched: async (batch) => {
        if (this.#consumer === consumer) await this.options.events.fetched(batch);
      },
      failed: (error) => {
        if (this.#consumer !== consumer) return;
        if (this.#isJoining) failure ??= { error };
        else this.#failed(error);
      },
    });
    let failure: { readonly error: unknown } | undefined;
    this.#consumer = consumer;
    this.#isJoining = true;
    try {
      await consumer.start();
      await this.options.joined(consumer);
      if (failure) throw failure.error;
    } catch (error) {
      await this.#leave();
      throw error;
    } finally {
      this.#isJoining = false;
    }
  }

  async #leave(): Promise<void> {
    const consumer = this.#consumer;
    this.#consumer = undefined;
    await consumer?.close();
  }

  #failed(error: unknown): void {
    if (this.#rejoining || this.#closing.signal.aborted) return;
    this.options.lost(error);
    this.#rejoining = this.#rejoin().finally(() => (this.#rejoining = undefined));
  }

  async #rejoin(): Promise<void> {
    const { signal } = this.#closing;
    await this.#leave();
    for (let delay = FIRST_PAUSE; !signal.aborted; delay = Math.min(LONGEST_PAUSE, 2 * delay)) {
      await sleep(this.options.timers, delay, signal);
      try {
        if (!isClosed(signal)) await this.#join();
        if (!isClosed(signal)) this.options.back();
        return;
      } catch (error) {
        this.options.lost(error);
      }
    }
  }
}

function isClosed({ aborted }: AbortSignal): boolean {
  return aborted;
}
