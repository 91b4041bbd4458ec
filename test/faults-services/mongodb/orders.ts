/** What the processes of a story are told, one JSON value a line. */
export interface LogAddress {
  readonly uri: string;
  readonly database: string;
}

/** Where a writer appends, and for how many milliseconds it tries. */
export interface WriterLog extends LogAddress {
  readonly appendTimeout: number;
}

export interface WriterOrders extends WriterLog {
  readonly writer: string;
  /** The first commit that nobody was told of. */
  readonly from: number;
  /** All commits below this one are appended, whenever the writer is stopped: one that was killed may have sent them. */
  readonly atLeast: number;
}

/**
 * Each round lets a writer append so many commits more: the servers that can be installed anywhere read a whole collection to find its end,
 * so that a log which grows without a limit is soon a test of nothing but their patience.
 */
export interface Allowance {
  readonly more: number;
}

/** As many at once as one process appends. */
export const CALLERS = 16;
