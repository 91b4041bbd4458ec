import type { Collection } from 'mongodb';
import type { Position } from '../../log/positions.js';
import { sleep, type Timers } from '../../processor/timers.js';
import type { MongoLog } from '../connection/mongo-log.js';
import { isDuplicateKey } from '../driver-errors.js';

/** How long one process numbers before it hands over, in milliseconds: long against the hand-over, short against a caller's patience. */
const TURN = 100;
/**
 * When a holder that does not move is passed over, in milliseconds on the challenger's own clock; and in looks of the challenger, since a
 * server that answers one slowly answers the other slowly, who has several questions before its first insert.
 */
const STANDSTILL = 400;
const STANDSTILL_IN_LOOKS = 20;
/**
 * How often who waits looks, in milliseconds. Whoever is next does so more often, since everybody waits for that one, and most often when a
 * turn may be over; more than that would take from the server what the holder needs.
 */
const LOOK_EVERY = 25;
const LOOK_WHEN_NEXT = 12;
const LOOK_AT_THE_END = 3;
/** Lost races, some successes taken off, until turns are taken; and free turns in a row until they are not any more. */
const LOSSES = 2;
const OFF_BY_SUCCESS = 0.2;
const FREE_TURNS = 20;

interface TurnRecord {
  readonly _id: string;
  readonly holder: string | null;
  /** Raised whenever the holder changes or stays: whoever is alive moves it. */
  readonly token: number;
  readonly waiters: readonly string[];
  /** How far the holder before this one has come. */
  readonly reached?: Position;
}

/**
 * Turns at numbering for processes that append at the same time. It orders nothing and protects nothing, the unique indexes do; it only
 * keeps them from trying for the same positions. So it gives way wherever it fails.
 */
export class NumberingLease {
  readonly #mode: 'auto' | 'always' | 'never';
  readonly #records: Collection<TurnRecord>;
  readonly #timers: Timers;
  readonly #random: () => number;
  /** For how long to wait for a turn before going on without one, in milliseconds. */
  readonly #patience: number;
  readonly #id = crypto.randomUUID();
  #losses = 0;
  #taking = false;
  #freeTurns = 0;
  #heldSince: number | undefined;
  #seen = { token: -1, at: 0 };
  #peekedAt = -Infinity;
  #isNext = false;
  #reached = 0;
  #lookTook = 0;
  /** Nothing was written yet in this turn. */
  #isBeginning = false;

  constructor(
    log: MongoLog,
    options: {
      readonly numberingLease: 'auto' | 'always' | 'never';
      readonly timers: Timers;
      readonly random: () => number;
      readonly appendTimeout: number;
    },
  ) {
    this.#mode = options.numberingLease;
    this.#patience = options.appendTimeout;
    this.#timers = options.timers;
    this.#random = options.random;
    // Advisory, so neither confirmed nor read by a majority.
    this.#records = log.database.collection(log.records.collectionName, {
      readConcern: { level: 'local' },
      writeConcern: { w: 1 },
      timeoutMS: log.commandTimeout,
    });
  }

  /** Another process has taken the position that was tried for. */
  lost(): void {
    this.#losses += 1;
    if (this.#mode === 'auto' && this.#losses >= LOSSES) this.#taking = true;
  }

  /** What this process has put last, or what it was told by the one that had the turn before: a hint, to be looked at before it is believed. */
  get reached(): Position {
    return this.#reached;
  }

  won(position: Position): void {
    this.#reached = position;
    // What it takes to find out where the log ends now is not taken from the turn, or a slow server would spend all turns on that.
    if (this.#isBeginning && this.#heldSince !== undefined) this.#heldSince = performance.now();
    this.#isBeginning = false;
    this.#losses = Math.max(0, this.#losses - OFF_BY_SUCCESS);
  }

  /** To be called before each group. `true`: the turn has just come, and others have written meanwhile. */
  async turn(): Promise<boolean> {
    if (!this.#taking && this.#mode !== 'always') {
      if (this.#mode === 'auto') this.#peek();
      return false;
    }
    try {
      if (this.#heldSince !== undefined) {
        if (performance.now() - this.#heldSince < TURN) return false;
        if (await this.#stay()) return false;
      }
      return await this.#wait();
    } catch {
      return true;
    }
  }

  /** Nothing is left to be written: whoever waits goes on at once. Never rejects. */
  async leave(): Promise<void> {
    if (this.#heldSince !== undefined) await this.#handOver().catch(() => undefined);
  }

  /** Whoever always wins never hears that others lose, unless it looks who waits; beside the insert, since nothing depends on it. */
  #peek(): void {
    const now = performance.now();
    if (now - this.#peekedAt < TURN) return;
    this.#peekedAt = now;
    const look = async (): Promise<void> => {
      const record = await this.#records.findOne({ _id: TURNS });
      if (record && (record.holder !== null || record.waiters.length > 0)) this.#taking = true;
    };
    void look().catch(() => undefined);
  }

  /** `true`: nobody waits. */
  async #stay(): Promise<boolean> {
    const record = await this.#records.findOne({ _id: TURNS });
    if (record?.holder !== this.#id || record.waiters.length > 0) {
      this.#freeTurns = 0;
      await this.#handOver(record);
      return false;
    }
    this.#heldSince = performance.now();
    this.#freeTurns += 1;
    if (this.#freeTurns >= FREE_TURNS && this.#mode === 'auto') {
      this.#taking = false;
      this.#losses = 0;
      await this.#handOver(record);
    } else await this.#records.updateOne({ _id: TURNS, holder: this.#id }, { $inc: { token: 1 } });
    return true;
  }

  async #wait(): Promise<true> {
    const until = performance.now() + this.#patience;
    while (performance.now() < until && !(await this.#tryToTake())) {
      await sleep(this.#timers, this.#untilNextLook() * (0.5 + this.#random()));
    }
    this.#heldSince = performance.now();
    this.#isBeginning = true;
    return true;
  }

  /** Not sooner than a server that is slow to answer has had the same time for others. */
  #untilNextLook(): number {
    const left = TURN - (performance.now() - this.#seen.at);
    const whenNext = Math.min(LOOK_WHEN_NEXT, Math.max(LOOK_AT_THE_END, left / 2));
    return Math.max(this.#isNext ? whenNext : LOOK_EVERY, this.#lookTook);
  }

  async #tryToTake(): Promise<boolean> {
    const askedAt = performance.now();
    const record = await this.#records.findOne({ _id: TURNS });
    this.#lookTook = performance.now() - askedAt;
    if (!record) return this.#create();
    if (record.holder === this.#id) {
      this.#hear(record);
      return true;
    }
    this.#isNext = record.waiters[0] === this.#id;
    if (record.token !== this.#seen.token) this.#seen = { token: record.token, at: performance.now() };
    if (record.holder === null || this.#standsStill()) return this.#take(record);
    if (!record.waiters.includes(this.#id)) {
      await this.#records.updateOne({ _id: TURNS }, { $addToSet: { waiters: this.#id } });
    }
    return false;
  }

  #standsStill(): boolean {
    const since = performance.now() - this.#seen.at;
    return since > Math.max(STANDSTILL, this.#lookTook * STANDSTILL_IN_LOOKS);
  }

  async #create(): Promise<boolean> {
    try {
      await this.#records.insertOne({ _id: TURNS, holder: this.#id, token: 1, waiters: [] });
      return true;
    } catch (error) {
      if (isDuplicateKey(error)) return false;
      throw error;
    }
  }

  async #take(record: TurnRecord): Promise<boolean> {
    const { matchedCount } = await this.#records.updateOne(
      { _id: TURNS, token: record.token },
      { $set: { holder: this.#id }, $inc: { token: 1 }, $pull: { waiters: this.#id } },
    );
    if (matchedCount > 0) this.#hear(record);
    return matchedCount > 0;
  }

  #hear({ reached = 0 }: TurnRecord): void {
    this.#reached = Math.max(this.#reached, reached);
  }

  /** To whoever has waited longest. */
  async #handOver(known?: TurnRecord | null): Promise<void> {
    this.#heldSince = undefined;
    const record = known ?? (await this.#records.findOne({ _id: TURNS }));
    if (record?.holder !== this.#id) return;
    const [next = null] = record.waiters;
    await this.#records.updateOne(
      { _id: TURNS, token: record.token },
      { $set: { holder: next, reached: this.#reached }, $inc: { token: 1 }, $pop: { waiters: -1 } },
    );
  }
}

const TURNS = 'numbering';
