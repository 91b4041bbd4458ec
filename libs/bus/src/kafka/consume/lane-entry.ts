import type { WireMessage } from '../../message/wire-message.js';
import type { Delivery } from '../../transport/subscription.js';
import type { IncomingRecord } from '../driver/kafka-driver.js';
import type { PartitionLane } from './partition-lane.js';

/** Told once for each time that an entry was handed over. */
export interface Settling {
  done(entry: LaneEntry): void;
  failed(entry: LaneEntry, error: unknown): void;
}

/** Of an entry that waits for an earlier one to be done: it is only its offset any more. */
const LET_GO: IncomingRecord = {
  offset: -1,
  key: undefined,
  value: null,
  headers: {},
  bytes: 0,
  keep: () => undefined,
};
const NOTHING = new Uint8Array();

/** A record from its fetch until all records before it are done, too. */
export class LaneEntry implements Delivery {
  readonly offset: number;
  attempt = 0;
  isDone = false;
  /** Of the same key. */
  next: LaneEntry | undefined = undefined;
  #isOpen = false;

  constructor(
    readonly lane: PartitionLane,
    public record: IncomingRecord,
    private readonly settling: Settling,
  ) {
    this.offset = record.offset;
  }

  get wire(): WireMessage {
    const { key, headers, value } = this.record;
    const { topic } = this.lane;
    const body = value ?? NOTHING;
    return key === undefined ? { topic, headers, body } : { topic, key, headers, body };
  }

  get signal(): AbortSignal {
    return this.lane.signal;
  }

  handedOver(): void {
    this.attempt += 1;
    this.#isOpen = true;
  }

  done(): void {
    if (this.#close()) this.settling.done(this);
  }

  failed(error: unknown): void {
    if (this.#close()) this.settling.failed(this, error);
  }

  letGo(): void {
    this.isDone = true;
    this.record = LET_GO;
  }

  #close(): boolean {
    const wasOpen = this.#isOpen;
    this.#isOpen = false;
    return wasOpen;
  }
}
