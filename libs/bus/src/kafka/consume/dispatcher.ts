import type { Timers } from '@varve/eventstore';
import type { WireMessage } from '../../message/wire-message.js';
import type { Deliveries } from './deliveries.js';
import type { Settlement } from '../../transport/settle.js';
import type { RecordBatch, TopicPartition } from '../driver/kafka-driver.js';
import type { LaneEntry, Settling } from './lane-entry.js';
import { PartitionLane } from './partition-lane.js';

/** How long a fetch waits for room in a partition before that is paused: longer than a quick handler needs, shorter than others notice. */
const WAIT_FOR_ROOM = 100;
/**
 * Handed over together. What was made of some is dropped before others are made, and then costs the garbage collector nothing: by 200 at a time
 * the sequencer took an eighth less of the processor than by a thousand, by 64 or 400 it gained half of that (`npm run bench -- bus-kafka-consume`).
 */
const AT_ONCE = 200;

export type GivenUp = Extract<Settlement, { kind: 'dead-letter' }>;

export interface DispatcherPorts {
  /** Nothing is fetched from these, but from those. */
  setFlow(paused: readonly TopicPartition[], flowing: readonly TopicPartition[]): void;
  /** There is an offset to commit. */
  advanced(): void;
  /** Resolves with `true` when the broker has it, or else when that does not matter any more. */
  deadLetter(wire: WireMessage, entry: LaneEntry, settlement: GivenUp): Promise<boolean>;
  readonly timers: Timers;
}

/**
 * Hands over what the partitions' lanes have ready, at most `maxInFlight` at the same time, partitions in turn. A record that is to be
 * tried again is held in its lane: its key waits, other keys go on, until its partition holds its share of `maxInFlight`.
 */
export class Dispatcher {
  readonly #lanes = new Map<string, PartitionLane>();
  readonly #holds = new Map<LaneEntry, () => void>();
  readonly #roomFor = new Map<PartitionLane, () => void>();
  /** Those of which something was settled since the last look at them. */
  readonly #moved = new Set<PartitionLane>();
  #inTurn: PartitionLane[] = [];
  #turn = 0;
  #assigned: readonly TopicPartition[] = [];
  #running = 0;
  #isStopped = false;
  #isPaused = false;
  #isHandingOverSoon = false;
  #idle: (() => void) | undefined;
  #cancelKeep: (() => void) | undefined;

  constructor(
    private readonly delivering: Deliveries,
    private readonly ports: DispatcherPorts,
  ) {}

  /** Handed over, or held until it is tried again. */
  get inFlight(): number {
    return this.#running + this.#holds.size;
  }

  get lanes(): Iterable<PartitionLane> {
    return this.#lanes.values();
  }

  assigned(partitions: readonly TopicPartition[]): void {
    const names = new Set(partitions.map(nameOf));
    for (const [name, lane] of this.#lanes) {
      if (names.has(name)) lane.isRejoined = true;
      else this.#drop(lane);
    }
    this.#assigned = partitions;
    this.#setFlow();
  }

  async fetched(batch: RecordBatch): Promise<void> {
    if (this.#isStopped) return;
    const lane = this.#laneOf(batch);
    lane.take(batch);
    this.#handOverSoon();
    this.#keepSoon();
    if (!lane.isFull || (await this.#hasRoomSoon(lane))) return;
    lane.isPaused = true;
    this.ports.setFlow([lane], []);
  }

  pause(): void {
    this.#isPaused = true;
    this.#setFlow();
  }

  resume(): void {
    this.#isPaused = false;
    this.#setFlow();
    this.#handOver();
  }

  /** Hands over nothing more, forgets what is held, and resolves when no handler runs. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#cancelKeep?.();
    this.#setFlow();
    for (const cancel of this.#holds.values()) cancel();
    this.#holds.clear();
    if (this.#running > 0) await new Promise<void>((resolve) => (this.#idle = resolve));
  }

  /** Tells all handlers to stop, and waits for none. */
  abort(): void {
    for (const lane of this.#lanes.values()) lane.lose();
    this.#idle?.();
  }

  /** When the driver has asked for more: the broker sees to that while this is handled. */
  #handOverSoon(): void {
    if (this.#isHandingOverSoon) return;
    this.#isHandingOverSoon = true;
    setImmediate(() => {
      this.#isHandingOverSoon = false;
      this.#handOver();
    });
  }

  /** What is handled in the same turn of the event loop need not be copied. */
  #keepSoon(): void {
    this.#cancelKeep ??= this.ports.timers.after(0, () => {
      this.#cancelKeep = undefined;
      for (const lane of this.#inTurn) lane.keep();
    });
  }

  #laneOf(batch: RecordBatch): PartitionLane {
    const name = nameOf(batch);
    const lane = this.#lanes.get(name);
    if (lane?.continues(batch)) return lane;
    if (lane) this.#drop(lane);
    const anew = new PartitionLane(batch, this.delivering.settings.order === 'key', this.#settling);
    this.#lanes.set(name, anew);
    this.#inTurn.push(anew);
    return anew;
  }

  #drop(lane: PartitionLane): void {
    lane.lose();
    this.#lanes.delete(nameOf(lane));
    this.#inTurn = this.#inTurn.filter((one) => one !== lane);
    for (const [entry, cancel] of this.#holds) {
      if (entry.lane !== lane) continue;
      cancel();
      this.#holds.delete(entry);
    }
    this.#roomFor.get(lane)?.();
  }

  #handOver(): void {
    if (this.#isPaused || this.#isStopped) return;
    const entries: LaneEntry[] = [];
    const most = Math.min(AT_ONCE, this.delivering.settings.maxInFlight - this.inFlight);
    while (entries.length < most) {
      const entry = this.#nextReady();
      if (entry === undefined) break;
      entry.handedOver();
      entries.push(entry);
    }
    if (entries.length === 0) return;
    this.#running += entries.length;
    this.delivering.hand(entries);
    if (entries.length === AT_ONCE) this.#handOverSoon();
  }

  #nextReady(): LaneEntry | undefined {
    const lanes = this.#inTurn;
    const share = Math.max(1, Math.floor((this.delivering.settings.maxInFlight - 1) / lanes.length));
    for (let looked = 0; looked < lanes.length; looked++) {
      this.#turn = (this.#turn + 1) % lanes.length;
      const lane = lanes[this.#turn]!;
      if (lane.isReady && lane.held < share) return lane.takeReady();
    }
    return undefined;
  }

  readonly #settling: Settling = {
    done: (entry) => {
      const { lane } = entry;
      if (!isLost(lane)) {
        this.delivering.acknowledged();
        lane.done(entry);
      }
      this.#ended(lane);
    },
    failed: (entry, error) => {
      const settlement = this.delivering.settlementOf(error, entry.attempt);
      if (settlement.kind === 'dead-letter' && !isLost(entry.lane)) void this.#giveUp(entry, settlement);
      else this.#settle(entry, settlement);
    },
  };

  async #giveUp(entry: LaneEntry, settlement: GivenUp): Promise<void> {
    let isStored = false;
    try {
      isStored = await this.ports.deadLetter(entry.wire, entry, settlement);
    } finally {
      if (isStored) this.#settle(entry, settlement);
      else this.#ended(entry.lane);
    }
  }

  #settle(entry: LaneEntry, settlement: Settlement): void {
    const { lane } = entry;
    try {
      if (isLost(lane)) return;
      this.delivering.settled(entry.wire, settlement, entry.attempt);
      if (settlement.kind === 'retry') this.#hold(entry, settlement.delay);
      else lane.done(entry);
    } finally {
      this.#ended(lane);
    }
  }

  #ended(lane: PartitionLane): void {
    this.#running -= 1;
    if (this.#running === 0) this.#idle?.();
    // Many are settled in one go: what follows from it is seen to once.
    if (this.#moved.size === 0) queueMicrotask(this.#goOn);
    this.#moved.add(lane);
  }

  readonly #goOn = (): void => {
    for (const lane of this.#moved) if (!isLost(lane)) this.#lookAt(lane);
    this.#moved.clear();
    this.#handOver();
  };

  #lookAt(lane: PartitionLane): void {
    if (lane.committable !== undefined) this.ports.advanced();
    if (!lane.hasRoom) return;
    this.#roomFor.get(lane)?.();
    if (!lane.isPaused) return;
    lane.isPaused = false;
    if (!this.#isPaused && !this.#isStopped) this.ports.setFlow([], [lane]);
  }

  #hold(entry: LaneEntry, delay: number): void {
    if (this.#isStopped) return;
    const { lane } = entry;
    lane.held += 1;
    const cancel = this.ports.timers.after(delay, () => {
      this.#holds.delete(entry);
      lane.held -= 1;
      lane.again(entry);
      this.#handOver();
    });
    this.#holds.set(entry, cancel);
  }

  /** Also when it does not matter any more. */
  async #hasRoomSoon(lane: PartitionLane): Promise<boolean> {
    if (!this.#isPaused) {
      await new Promise<void>((resolve) => {
        const cancel = this.ports.timers.after(WAIT_FOR_ROOM, resolve);
        this.#roomFor.set(lane, () => {
          cancel();
          resolve();
        });
      });
      this.#roomFor.delete(lane);
    }
    return !lane.isFull || lane.signal.aborted;
  }

  #setFlow(): void {
    const isStill = this.#isPaused || this.#isStopped;
    const paused = this.#assigned.filter((one) => isStill || this.#lanes.get(nameOf(one))?.isPaused === true);
    this.ports.setFlow(
      paused,
      this.#assigned.filter((one) => !paused.includes(one)),
    );
  }
}

function isLost({ signal }: PartitionLane): boolean {
  return signal.aborted;
}

function nameOf({ topic, partition }: TopicPartition): string {
  return `${topic}/${partition}`;
}
