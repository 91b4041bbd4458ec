import type { FedCommit, LogDivergedError, StreamName, StreamVersion } from '@varve/eventstore';

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

export interface Settle {
  acknowledge(): void;
  giveBack(error: unknown): void;
}

/** What is in hand of one stream, by first version. */
export class HeldStream {
  readonly entries: Held[] = [];
  /** Where the stream stood when a commit of it could not be applied: until it moves, it is the walker's. */
  leftAt: StreamVersion | undefined;
  /** When the gap before the first entry was seen. */
  gapSince: number | undefined;
  /** Whether the log is being asked, or waits to be asked again. */
  isRefilling = false;
  /** How often the log had less than was promised, or could not be asked, one after the other. */
  attempts = 0;

  /** What cannot be, until the log has told who is wrong; nothing is handed over as long. */
  contested: LogDivergedError | undefined;
  /** The log has everything that is in hand as the messages tell it. */
  isJudged = false;

  constructor(readonly stream: StreamName) {}

  /** Usually the last: messages of a stream come roughly in order. */
  add(entry: Held): void {
    let at = this.entries.length;
    while (at > 0 && (this.entries[at - 1] as Held).firstVersion > entry.firstVersion) at -= 1;
    this.entries.splice(at, 0, entry);
    this.isJudged = false;
  }

  /** One that begins where this one does and is another commit all the same. */
  contradiction(entry: Held): Held | undefined {
    return this.entries.find((one) => one.firstVersion === entry.firstVersion && !sameCommit(one, entry));
  }

  /** A pointer may stand beside what was read for it. */
  hasCommitAt(firstVersion: StreamVersion): boolean {
    return this.entries.some((one) => one.firstVersion === firstVersion && one.commit !== undefined);
  }

  takeAll(): readonly Held[] {
    return this.entries.splice(0);
  }

  /** Takes out what is done, and answers it. */
  takeUpTo(version: StreamVersion): readonly Held[] {
    const done = this.entries.filter((entry) => entry.lastVersion <= version);
    if (done.length === 0) return done;
    if (done.length === this.entries.length) return this.takeAll();
    const rest = this.entries.filter((entry) => entry.lastVersion > version);
    this.entries.splice(0, this.entries.length, ...rest);
    this.gapSince = undefined;
    this.attempts = 0;
    return done;
  }

  remove(entry: Held): boolean {
    const at = this.entries.indexOf(entry);
    if (at !== -1) this.entries.splice(at, 1);
    return at !== -1;
  }
}

function sameCommit(a: Held, b: Held): boolean {
  if (a.lastVersion !== b.lastVersion) return false;
  return a.commitId === b.commitId;
}
