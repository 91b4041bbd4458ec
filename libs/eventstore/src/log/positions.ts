/** The identity of a log, made when the log is created and again when it is restored from a backup. Positions of two logs never meet. */
export type LogId = string;

/** A commit's place in the log: 1, 2, 3 … without a gap, a safe integer. 0 stands before the first commit. */
export type Position = number;

/** An event's place in its stream: 1, 2, 3 … without a gap, a safe integer. 0 is a stream without events. */
export type StreamVersion = number;

/** What stood at a position: remembered beside every checkpoint and snapshot, so that a log that was restored or replaced is noticed. */
export interface Mark {
  readonly stream: string;
  readonly firstVersion: StreamVersion;
  /** The commit's time, in milliseconds since 1970. */
  readonly at: number;
  readonly commitId?: string;
}

/** Whether the same commit stood there. */
export function sameMark(a: Mark, b: Mark): boolean {
  return (
    a.stream === b.stream && a.firstVersion === b.firstVersion && a.at === b.at && a.commitId === b.commitId
  );
}
