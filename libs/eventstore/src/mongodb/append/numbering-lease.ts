import type { Collection } from 'mongodb';
import { sleep, type Timers } from '../../processor/timers.js';
import type { MongoLog } from '../connection/mongo-log.js';
import { isDuplicateKey } from '../errors.js';

/** How long one process numbers before it hands over, in milliseconds: long against the hand-over, short against a caller's patience. */
const TURN = 100;
/** When a holder that does not move is passed over, in milliseconds on the challenger's own clock. */
const STANDSTILL = 400;
/** For how long to wait for a turn before going on without one, in milliseconds. */
const PATIENCE = 2_000;
/** How often who waits looks, in milliseconds: whoever is next does so more often, since everybody waits for that one. */
const LOOK_EVERY = 12;
const LOOK_WHEN_NEXT = 3;
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
  readonly #id = crypto.randomUUID();
  #losses = 0;
  #taking = false;
  #freeTurns = 0;
  #heldSince: number | undefined;
  #seen = { token: -1, at: 0 };
  #peekedAt = -Infinity;
  #isNext = false;

  constructor(
    log: MongoLog,
    options: {
      readonly numberingLease: 'auto' | 'always' | 'never';
      readonly timers: Timers;
      readonly random: () => number;
    },
  ) {
    this.#mode = options.numberingLease;
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

  won(): void {
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

  /** Nothing is left to be written: whoever waits goes on at once. */
  leave(): void {
    if (this.#heldSince === undefined) return;
    void this.#handOver().catch(() => undefined);
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
    const until = performance.now() + PATIENCE;
    while (performance.now() < until && !(await this.#tryToTake())) {
      const often = this.#isNext ? LOOK_WHEN_NEXT : LOOK_EVERY;
      await sleep(this.#timers, often * (0.5 + this.#random()));
    }
    this.#heldSince = performance.now();
    return true;
  }

  async #tryToTake(): Promise<boolean> {
    const record = await this.#records.findOne({ _id: TURNS });
    if (!record) return this.#create();
    if (record.holder === this.#id) return true;
    this.#isNext = record.waiters[0] === this.#id;
    if (record.token !== this.#seen.token) this.#seen = { token: record.token, at: performance.now() };
    const free = record.holder === null || performance.now() - this.#seen.at > STANDSTILL;
    if (free) return this.#take(record);
    if (!record.waiters.includes(this.#id)) {
      await this.#records.updateOne({ _id: TURNS }, { $addToSet: { waiters: this.#id } });
    }
    return false;
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

  async #take({ token }: TurnRecord): Promise<boolean> {
    const { matchedCount } = await this.#records.updateOne(
      { _id: TURNS, token },
      { $set: { holder: this.#id }, $inc: { token: 1 }, $pull: { waiters: this.#id } },
    );
    return matchedCount > 0;
  }

  /** To whoever has waited longest. */
  async #handOver(known?: TurnRecord | null): Promise<void> {
    this.#heldSince = undefined;
    const record = known ?? (await this.#records.findOne({ _id: TURNS }));
    if (record?.holder !== this.#id) return;
    const [next = null] = record.waiters;
    await this.#records.updateOne(
      { _id: TURNS, token: record.token },
      { $set: { holder: next }, $inc: { token: 1 }, $pop: { waiters: -1 } },
    );
  }
}

const TURNS = 'numbering';
