import { messageOf } from '../log/message-of.js';
import type { Position } from '../log/positions.js';
import { codeOf } from './errors.js';
import type { FeedStatus } from './feed/commit-feed.js';
import { RateMeter } from './rate-meter.js';

/**
 * - `idle`: not started
 * - `standby`: another instance has the lease
 * - `working`, `caught-up`: this one has it
 * - `retrying`: waits before it tries a commit again
 * - `unavailable`: the log, the read models or a broker could not be used; tries again
 * - `paused`: by a person; `stopped`: by a failure. Both until somebody resumes the processor
 * - `ended`: `stop()` was called here
 */
export type ProcessorState =
  'idle' | 'standby' | 'working' | 'caught-up' | 'retrying' | 'unavailable' | 'paused' | 'stopped' | 'ended';

/** How a processor stands in this process, as of its last step: reading it asks neither log nor store. */
export interface ProcessorStatus {
  readonly state: ProcessorState;
  /** How far this instance knows the checkpoint to have come. */
  readonly position: Position;
  readonly head: Position;
  /** Streams set aside. */
  readonly parked: number;
  /** Why it is stopped, retrying or unavailable. */
  readonly error?: { readonly code: string; readonly message: string };
  readonly batchSize: number;
  /** Over the last ten seconds or so. */
  readonly eventsPerSecond: number;
  /** Of what comes beside the log, if anything does. */
  readonly feed?: FeedStatus;
}

/** How old the head in a status may be while batches come from behind it, in milliseconds: asking is a walk to the log. */
const HEAD_GOOD_FOR = 500;

/** What a processor knows about itself, as it goes. */
export class StatusBoard {
  state: ProcessorState = 'idle';
  position: Position = 0;
  head: Position = 0;
  parked = 0;
  readonly rate: RateMeter;
  readonly #clock: () => number;
  #askedAt = -Infinity;
  #error: { code: string; message: string } | undefined;

  constructor(clock: () => number) {
    this.#clock = clock;
    this.rate = new RateMeter(clock);
  }

  /** Asks where the log ends if that may be elsewhere by now: it was asked a while ago, or a read has come that far. */
  async lookAtHead(readUpTo: Position, ask: () => Promise<Position>): Promise<void> {
    const now = this.#clock();
    if (readUpTo < this.head && now - this.#askedAt < HEAD_GOOD_FOR) return;
    this.#askedAt = now;
    this.head = await ask();
  }

  enter(state: ProcessorState, error?: unknown): void {
    this.state = state;
    this.#error = error === undefined ? undefined : { code: codeOf(error), message: messageOf(error) };
  }

  /** Stopped before this instance looked; all that is known is the recorded reason, `code: message`. */
  enterStopped(reason: string): void {
    this.state = 'stopped';
    const [code = ''] = reason.split(': ', 1);
    this.#error = { code, message: reason.slice(code.length + 2) || reason };
  }

  read(batchSize: number): ProcessorStatus {
    const { state, position, parked } = this;
    const head = Math.max(this.head, position);
    const status = { state, position, head, parked, batchSize, eventsPerSecond: this.rate.perSecond() };
    return this.#error ? { ...status, error: this.#error } : status;
  }
}
