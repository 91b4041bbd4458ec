import type { FedCommit, LogDivergedError, StreamName, StreamVersion } from '@varve/eventstore';
import type { Delivery } from '../transport/subscription.js';

/** A commit in hand: from a message, which is settled one day, or read from the log. */
export interface Held {
  readonly stream: StreamName;
  readonly firstVersion: StreamVersion;
  readonly lastVersion: StreamVersion;
  readonly commitId: string | undefined;
  /** Absent in a pointer, and when it was let go of to save memory: then it is read from the log like any gap. */
  commit: FedCommit | undefined;
  /** Of its message; what was read from the log is measured here. */
  readonly size?: number;
  /** What it counts for now. */
  bytes: number;
  /** Whether it was handed over to be applied. */
  isOffered: boolean;
  /** Absent for what was read from the log. */
  readonly settle?: Settle;
}

/** What is said of a message in the end, by one of the two. */
export type Settle = Pick<Delivery, 'signal' | 'done' | 'failed'>;

const NOTHING: readonly Held[] = [];

/** What is in hand of one stream, by first version. */
export class HeldStream {
  #entries: Held[] = [];
  /** Where the stream stood when a commit of it could not be applied: until it moves, it is the walker's. */
  leftAt: StreamVersion | undefined;
  /** When the gap before the first entry was seen. */
  gapSince: number | undefined;
  /** Whether it is to be looked at. */
  isDirty = false;
  /** Whether the log is being asked, or waits to be asked again. */
  isRefilling = false;
  /** How often the log had less than was promised, or could not be asked, one after the other. */
  attempts = 0;

  /** What cannot be, until the log has told who is wrong; nothing is handed over as long. */
  contested: LogDivergedError | undefined;
  /** The log has everything that is in hand as the messages tell it. */
  isJudged = false;

  constructor(readonly stream: StreamName) {}

  get entries(): readonly Held[] {
    return this.#entries;
  }

  /** Usually the last: messages of a stream come roughly in order. */
  add(entry: Held): void {
    const entries = this.#entries;
    this.isJudged = false;
    let at = entries.length;
    if (at === 0) {
      // Of one: `push` would make room for many.
      this.#entries = [entry];
      return;
    }
    while (at > 0 && (entries[at - 1] as Held).firstVersion > entry.firstVersion) at -= 1;
    if (at === entries.length) entries.push(entry);
    else entries.splice(at, 0, entry);
  }

  /** One that begins where this one does and is another commit all the same. */
  contradiction(entry: Held): Held | undefined {
    if (this.#entries.length === 0) return undefined;
    return this.#entries.find((one) => one.firstVersion === entry.firstVersion && !sameCommit(one, entry));
  }

  /** A pointer may stand beside what was read for it. */
  hasCommitAt(firstVersion: StreamVersion): boolean {
    return this.#entries.some((one) => one.firstVersion === firstVersion && one.commit !== undefined);
  }

  takeAll(): readonly Held[] {
    const all = this.#entries;
    this.#entries = [];
    return all;
  }

  /** Takes out what is done, and answers it. */
  takeUpTo(version: StreamVersion): readonly Held[] {
    const entries = this.#entries;
    let count = 0;
    for (const { lastVersion } of entries) if (lastVersion <= version) count += 1;
    if (count === 0) return NOTHING;
    if (count === entries.length) return this.takeAll();
    const done = entries.filter(({ lastVersion }) => lastVersion <= version);
    this.#entries = entries.filter(({ lastVersion }) => lastVersion > version);
    this.gapSince = undefined;
    this.attempts = 0;
    return done;
  }

  remove(entry: Held): boolean {
    const at = this.#entries.indexOf(entry);
    if (at !== -1) this.#entries.splice(at, 1);
    return at !== -1;
  }

  /** Takes out what came under the signal, and answers it. */
  takeUnder(signal: AbortSignal): readonly Held[] {
    const isUnder = ({ settle }: Held): boolean => settle?.signal === signal;
    const taken = this.#entries.filter(isUnder);
    if (taken.length > 0) this.#entries = this.#entries.filter((entry) => !isUnder(entry));
    return taken;
  }
}

function sameCommit(a: Held, b: Held): boolean {
  if (a.lastVersion !== b.lastVersion) return false;
  return a.commitId === b.commitId;
}
