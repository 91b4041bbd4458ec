import { BusClosedError, MessageTooLargeError } from '../../transport/errors.js';
import { BatchTooLargeError } from '../driver/translate-error.js';
import { PublishJob, type SizedRecord } from './publish-job.js';
import type { ReliableProducer } from './reliable-producer.js';

/** kafkajs takes quadratic time for the records of one partition in one request. */
const MOST_RECORDS = 500;

export interface PublishLimits {
  /** Of one request, and so of a batch per partition. */
  readonly maxBatchBytes: number;
  /** The largest record that a topic takes, asked for when the broker has refused one. */
  limitOf(topic: string): Promise<number>;
}

interface Part {
  readonly job: PublishJob;
  readonly records: readonly SizedRecord[];
}

/**
 * Puts the records of all callers into one sequence of requests, one at a time: so the order per key is that of the calls, callers share
 * requests, and the idempotent producer's sequence numbers are never taken twice.
 */
export class PublishQueue {
  readonly #jobs: PublishJob[] = [];
  #running: Promise<void> | undefined;
  #isClosed = false;

  constructor(
    private readonly producer: ReliableProducer,
    private readonly limits: PublishLimits,
  ) {}

  async publish(records: readonly SizedRecord[], signal?: AbortSignal): Promise<void> {
    if (this.#isClosed) throw new BusClosedError();
    signal?.throwIfAborted();
    if (records.length === 0) return;
    const job = new PublishJob(records);
    const abort = (): void => job.fail(signal?.reason);
    signal?.addEventListener('abort', abort, { once: true });
    this.#jobs.push(job);
    this.#running ??= this.#run();
    try {
      await job.done;
    } finally {
      signal?.removeEventListener('abort', abort);
    }
  }

  /** Takes nothing more; resolves when all that was taken is settled. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#running;
  }

  async #run(): Promise<void> {
    // Whoever publishes in the same turn of the event loop shares the first request.
    await Promise.resolve();
    for (let parts = this.#nextParts(); parts.length > 0; parts = this.#nextParts()) await this.#send(parts);
    this.#running = undefined;
  }

  #nextParts(): readonly Part[] {
    const parts: Part[] = [];
    const room = { count: MOST_RECORDS, bytes: this.limits.maxBatchBytes };
    while (this.#jobs.length > 0 && room.count > 0) {
      const job = this.#jobs[0]!;
      const records = job.isSettled ? [] : job.take(room, parts.length === 0);
      if (records.length > 0) parts.push({ job, records });
      room.count -= records.length;
      room.bytes -= bytesOf(records);
      if (!job.isSettled && !job.isTaken) break;
      this.#jobs.shift();
    }
    return parts;
  }

  /** Never rejects: what fails is told to its callers. */
  async #send(all: readonly Part[]): Promise<void> {
    // The rest of a call whose beginning has failed would only arrive out of order.
    const parts = all.filter(({ job }) => !job.isSettled);
    if (parts.length === 0) return;
    const records = parts.flatMap((part) => part.records);
    try {
      await this.producer.send(records.map(({ record }) => record));
      for (const { job, records: confirmed } of parts) job.confirm(confirmed.length);
    } catch (error) {
      if (error instanceof BatchTooLargeError) return this.#split(parts, records);
      if (parts.length > 1 && isRefusal(error)) {
        for (const part of parts) await this.#send([part]);
        return;
      }
      for (const { job } of parts) job.fail(error);
    }
  }

  async #split(parts: readonly Part[], records: readonly SizedRecord[]): Promise<void> {
    if (parts.length > 1) {
      const middle = Math.ceil(parts.length / 2);
      await this.#send(parts.slice(0, middle));
      return this.#send(parts.slice(middle));
    }
    const { job } = parts[0]!;
    if (records.length === 1) {
      const { record, bytes } = records[0]!;
      const limit = await this.limits.limitOf(record.topic).catch(() => bytes - 1);
      job.fail(new MessageTooLargeError(bytes, limit, record.topic));
      return;
    }
    const middle = Math.ceil(records.length / 2);
    await this.#send([{ job, records: records.slice(0, middle) }]);
    return this.#send([{ job, records: records.slice(middle) }]);
  }
}

function bytesOf(records: readonly SizedRecord[]): number {
  return records.reduce((sum, { bytes }) => sum + bytes, 0);
}

function isRefusal(error: unknown): boolean {
  return error instanceof Error && 'retryable' in error && error.retryable === false;
}
