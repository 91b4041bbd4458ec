import type { Timers } from '@varve/eventstore';
import type { WireMessage } from '../../message/wire-message.js';
import type { Deliveries } from './deliveries.js';
import type { Settlement } from '../../transport/settle.js';
import type { IncomingRecord, RecordBatch, TopicPartition } from '../driver/kafka-driver.js';
import { PartitionLane, type LaneEntry } from './partition-lane.js';

/** How long a fetch waits for room in a partition before that is paused: longer than a quick handler needs, shorter than others notice. */
const WAIT_FOR_ROOM = 100;

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
  #inTurn: PartitionLane[] = [];
  #turn = 0;
  #assigned: readonly TopicPartition[] = [];
  #running = 0;
  #isStopped = false;
  #isPaused = false;
  #idle: (() => void) | undefined;

  constructor(
    private readonly delivering: Deliveries,
    private readonly ports: DispatcherPorts,
  ) {}

  get held(): number {
    return this.#holds.size;
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
    this.#handOver();
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

  #laneOf(batch: RecordBatch): PartitionLane {
    const name = nameOf(batch);
    const lane = this.#lanes.get(name);
    if (lane?.continues(batch)) return lane;
    if (lane) this.#drop(lane);
    const anew = new PartitionLane(batch, this.delivering.settings.order === 'key');
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
    const { maxInFlight } = this.delivering.settings;
    while (!this.#isPaused && !this.#isStopped && this.#running + this.#holds.size < maxInFlight) {
      const entry = this.#nextReady();
      if (entry === undefined) return;
      this.#running += 1;
      this.#deliver(entry);
    }
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

  #deliver(entry: LaneEntry): void {
    const { lane, record } = entry;
    entry.attempt += 1;
    const wire = wireOf(lane.topic, record);
    void this.delivering
      .deliver(wire, { attempt: entry.attempt, signal: lane.signal })
      .then((settlement) =>
        settlement.kind === 'dead-letter' && !isLost(lane)
          ? this.#giveUp(entry, wire, settlement)
          : this.#settle(entry, wire, settlement),
      );
  }

  async #giveUp(entry: LaneEntry, wire: WireMessage, settlement: GivenUp): Promise<void> {
    let isStored = false;
    try {
      isStored = await this.ports.deadLetter(wire, entry, settlement);
    } finally {
      if (isStored) this.#settle(entry, wire, settlement);
      else this.#ended();
    }
  }

  #settle(entry: LaneEntry, wire: WireMessage, settlement: Settlement): void {
    try {
      if (isLost(entry.lane)) return;
      this.delivering.settled(wire, settlement, entry.attempt);
      if (settlement.kind === 'retry') this.#hold(entry, settlement.delay);
      else this.#done(entry);
    } finally {
      this.#ended();
    }
  }

  #ended(): void {
    this.#running -= 1;
    if (this.#running === 0) this.#idle?.();
    this.#handOver();
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

  #done(entry: LaneEntry): void {
    const { lane } = entry;
    lane.done(entry);
    if (lane.committable !== undefined) this.ports.advanced();
    if (!lane.hasRoom) return;
    this.#roomFor.get(lane)?.();
    if (!lane.isPaused) return;
    lane.isPaused = false;
    if (!this.#isPaused && !this.#isStopped) this.ports.setFlow([], [lane]);
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

function wireOf(topic: string, { key, headers, value }: IncomingRecord): WireMessage {
  const body = value ?? new Uint8Array();
  return key === undefined ? { topic, headers, body } : { topic, key, headers, body };
}

function isLost({ signal }: PartitionLane): boolean {
  return signal.aborted;
}

function nameOf({ topic, partition }: TopicPartition): string {
  return `${topic}/${partition}`;
}
