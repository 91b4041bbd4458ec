/** What the command line touches of the outside world, so that tests can stand in for a terminal. */
export interface CliIo {
  out(text: string): void;
  /** Replaces the line that the cursor is on; only on a terminal. */
  rewrite(text: string): void;
  error(text: string): void;
  /** Whether `out` is a terminal that a progress line can be rewritten on. */
  readonly isTerminal: boolean;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
}

export const EXIT = {
  ok: 0,
  /** The command failed; the error says why. */
  failed: 1,
  /** The arguments make no sense; nothing was opened. */
  usage: 2,
  /** The command worked and found something wrong: `doctor`, `log verify`, `rebuild --verify`. */
  unhealthy: 3,
  /** `wait` gave up: too slow, stopped, paused or parked. */
  notReached: 4,
  /** Ctrl-C; what was built so far is kept. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
