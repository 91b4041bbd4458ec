import { isEventStoreError, type FedCommit, type LogReader, type Timers } from '@varve/eventstore';
import { retryDelayOf, type RetryPolicy } from '../transport/retry-policy.js';
import type { Held, HeldStream } from './held.js';
import { judge } from './judge.js';
import { readStretch, type Gap } from './read-stretch.js';

export interface RefillsParts {
  readonly log: LogReader;
  readonly timers: Timers;
  readonly random: () => number;
  /** Puts in what was read. */
  readonly refilled: (held: HeldStream, commits: readonly FedCommit[]) => void;
  /** The log has something else than these messages tell; nothing else than any of them, if there is none. */
  readonly judged: (held: HeldStream, wrong: readonly Held[]) => void;
  /** Whether there is room for more; without, one stream at a time is read all the same. */
  readonly hasRoom: () => boolean;
  /** The stream may be looked at again. */
  readonly lookAgain: (held: HeldStream) => void;
  /** The log could not be asked, or has no commit where the message says. */
  readonly failed: (held: HeldStream, error: unknown) => void;
}

/** Streams that are read at the same time: each brings up to a thousand events into memory. */
const AT_ONCE = 4;

const BACKOFF: RetryPolicy = { retries: Infinity, firstDelay: 100, maxDelay: 10_000 };

/** Reads gaps from the log, a few at a time, each again and again until the log has what a message promised. */
export class Refills {
  readonly #parts: RefillsParts;
  readonly #waiting: { readonly held: HeldStream; readonly gap: Gap | undefined }[] = [];
  readonly #timers = new Set<() => void>();
  #running = 0;
  #isClosed = false;
  count = 0;

  constructor(parts: RefillsParts) {
    this.#parts = parts;
  }

  add(held: HeldStream, gap: Gap): void {
    held.isRefilling = true;
    this.#waiting.push({ held, gap });
    this.pump();
  }

  /** Asks the log who is wrong. */
  judge(held: HeldStream): void {
    held.isRefilling = true;
    this.#waiting.push({ held, gap: undefined });
    this.pump();
  }

  close(): void {
    this.#isClosed = true;
    this.#waiting.length = 0;
    for (const cancel of this.#timers) cancel();
    this.#timers.clear();
  }

  pump(): void {
    while (this.#waiting.length > 0 && this.#running < (this.#parts.hasRoom() ? AT_ONCE : 1)) {
      const next = this.#waiting.shift();
      if (!next) return;
      this.#running += 1;
      void this.#read(next.held, next.gap).finally(() => {
        this.#running -= 1;
        this.pump();
      });
    }
  }

  /** Never rejects. */
  async #read(held: HeldStream, gap: Gap | undefined): Promise<void> {
    this.count += 1;
    try {
      const isDone = await (gap ? this.#fill(held, gap) : this.#judge(held));
      if (this.#isClosed) return;
      if (isDone) this.#again(held);
      else this.#later(held);
    } catch (error) {
      if (this.#isClosed) return;
      this.#parts.failed(held, error);
      if (isEventStoreError(error, 'log-diverged')) this.#again(held);
      else this.#later(held);
    }
  }

  async #fill(held: HeldStream, gap: Gap): Promise<boolean> {
    const commits = await readStretch(this.#parts.log, gap);
    if (this.#isClosed || commits.length === 0) return false;
    this.#parts.refilled(held, commits);
    return true;
  }

  async #judge(held: HeldStream): Promise<boolean> {
    const wrong: Held[] = [];
    let isSure = true;
    for (const entry of [...held.entries]) {
      const verdict = await judge(this.#parts.log, entry);
      if (verdict === 'wrong') wrong.push(entry);
      if (verdict === 'unknown') isSure = false;
    }
    const isDone = isSure || wrong.length > 0;
    if (isDone && !this.#isClosed) this.#parts.judged(held, wrong);
    return isDone;
  }

  #later(held: HeldStream): void {
    held.attempts += 1;
    const delay = retryDelayOf(BACKOFF, Math.min(held.attempts, 30), this.#parts.random);
    const cancel = this.#parts.timers.after(delay, () => {
      this.#timers.delete(cancel);
      this.#again(held);
    });
    this.#timers.add(cancel);
  }

  #again(held: HeldStream): void {
    held.isRefilling = false;
    this.#parts.lookAgain(held);
  }
}
