import type { RecordBatch, TopicPartition } from '../driver/kafka-driver.js';
import { LaneEntry, type Settling } from './lane-entry.js';

/** Whom a key's next record waits for: the last one of a chain that begins with the one that is ready, running or held. */
type KeyTails = Map<string, LaneEntry>;

/** More than two fetches, so that one is handled while the next one comes. */
const FULL_BYTES = 700_000;
const FULL_RECORDS = 5_000;
/** How far the handled ones may run ahead of the first that is not: what a crash has handled again. */
const FULL_AHEAD = 10_000;

/**
 * The records of one partition that were fetched and not committed yet. Records of one key come ready one after the other; what may be
 * committed is the unbroken run of records that are done.
 */
export class PartitionLane implements TopicPartition {
  readonly topic: string;
  readonly partition: number;
  /** Aborted when the partition is no longer ours. */
  readonly #lost = new AbortController();
  readonly #keys: KeyTails = new Map();
  #entries: LaneEntry[] = [];
  #first = 0;
  /** From here on they were not told yet that they may be held for long. */
  #firstNew = 0;
  #ready: LaneEntry[] = [];
  #firstReady = 0;
  #next = 0;
  #openBytes = 0;
  #openRecords = 0;
  #committed = 0;
  /** Records that wait for their next try. */
  held = 0;
  isPaused = false;
  /** Set by a rebalance: what is fetched next begins with what the broker holds for committed. */
  isRejoined = false;

  constructor(
    { topic, partition }: TopicPartition,
    private readonly isOrdered: boolean,
    private readonly settling: Settling,
  ) {
    this.topic = topic;
    this.partition = partition;
  }

  get signal(): AbortSignal {
    return this.#lost.signal;
  }

  get isReady(): boolean {
    return this.#firstReady < this.#ready.length;
  }

  get isFull(): boolean {
    return this.#isAbove(1);
  }

  /** Lower than `isFull` is high, so that a partition is not paused and resumed for each record. */
  get hasRoom(): boolean {
    return !this.#isAbove(0.5);
  }

  /** The offset to commit, if there is one that was not committed. */
  get committable(): number | undefined {
    const first = this.#entries[this.#first];
    const position = first ? first.offset : this.#next;
    return position > this.#committed ? position : undefined;
  }

  /**
   * Whether the batch goes on from what is here. After a rebalance it may begin again anywhere from the last commit to the first record
   * that is open; otherwise only with new records. Anything else means that somebody else has had the partition, that its offsets were
   * reset, or that its topic was made anew: what is here is void.
   */
  continues({ records }: RecordBatch): boolean {
    const offset = records[0]!.offset;
    if (!this.isRejoined) return offset >= this.#next;
    const open = this.#entries[this.#first]?.offset ?? Number.POSITIVE_INFINITY;
    return offset >= this.#committed && offset <= open;
  }

  take({ records }: RecordBatch): void {
    this.isRejoined = false;
    if (this.#next === 0) this.#committed = records[0]!.offset;
    for (const record of records) {
      if (record.offset < this.#next) continue;
      this.#next = record.offset + 1;
      this.#openBytes += record.bytes;
      this.#openRecords += 1;
      const entry = new LaneEntry(this, record, this.settling);
      this.#entries.push(entry);
      this.#enqueue(entry);
    }
  }

  takeReady(): LaneEntry | undefined {
    const entry = this.#ready[this.#firstReady];
    if (entry === undefined) return undefined;
    this.#firstReady += 1;
    if (this.#firstReady === this.#ready.length) {
      this.#ready = [];
      this.#firstReady = 0;
    }
    return entry;
  }

  /** Ready again, before all others. */
  again(entry: LaneEntry): void {
    if (this.#firstReady > 0) this.#ready[--this.#firstReady] = entry;
    else this.#ready.unshift(entry);
  }

  done(entry: LaneEntry): void {
    this.#openBytes -= entry.record.bytes;
    this.#openRecords -= 1;
    this.#release(entry);
    entry.letGo();
    while (this.#entries[this.#first]?.isDone) this.#first += 1;
    if (this.#first > 1_000 && this.#first * 2 > this.#entries.length) {
      this.#entries = this.#entries.slice(this.#first);
      this.#firstNew = Math.max(0, this.#firstNew - this.#first);
      this.#first = 0;
    }
  }

  /** What was not done by now may be here for long. */
  keep(): void {
    for (let i = Math.max(this.#first, this.#firstNew); i < this.#entries.length; i++)
      this.#entries[i]?.record.keep();
    this.#firstNew = this.#entries.length;
  }

  committedUpTo(offset: number): void {
    this.#committed = Math.max(this.#committed, offset);
  }

  /** The partition belongs to somebody else: handlers are told, and what they still do does not count. */
  lose(): void {
    this.#lost.abort(
      new Error(`Partition ${this.partition} of "${this.topic}" was given to another member.`),
    );
  }

  #enqueue(entry: LaneEntry): void {
    const key = this.isOrdered ? entry.record.key : undefined;
    if (key === undefined) {
      this.#ready.push(entry);
      return;
    }
    const tail = this.#keys.get(key);
    if (tail) tail.next = entry;
    else this.#ready.push(entry);
    this.#keys.set(key, entry);
  }

  #release(entry: LaneEntry): void {
    const key = this.isOrdered ? entry.record.key : undefined;
    if (key === undefined) return;
    if (entry.next) this.#ready.push(entry.next);
    else this.#keys.delete(key);
    entry.next = undefined;
  }

  #isAbove(share: number): boolean {
    const ahead = this.#entries.length - this.#first;
    return (
      this.#openBytes >= share * FULL_BYTES ||
      this.#openRecords >= share * FULL_RECORDS ||
      ahead >= share * FULL_AHEAD
    );
  }
}
