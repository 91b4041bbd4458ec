/** What the command line touches of the outside world, so that tests can stand in for a terminal. */
export interface CliIo {
  out(text: string): void;
  /** Replaces the line that the cursor is on; only on a terminal. */
  rewrite(text: string): void;
  error(text: string): void;
  /** How wide the terminal is that `out` writes to; absent where it is none. */
  readonly columns?: number | undefined;
  /** Aborted by Ctrl-C, and with `OutputClosed` as its reason when nobody reads `out` any more. */
  readonly signal: AbortSignal;
  /** Is told what is being opened. Nothing has to be finished meanwhile: Ctrl-C ends the process at once. */
  readonly opening?: <T>(opening: Promise<T>) => Promise<T>;
}

/** What a command opens, it opens through this. */
export function opened<T>({ opening }: CliIo, one: Promise<T>): Promise<T> {
  return opening ? opening(one) : one;
}

/** Whoever read the output has seen enough: `varve log tail | head`. */
export class OutputClosed extends Error {}

/** The exit codes of the `varve` command. */
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

/** What the `varve` command ends with: one of `EXIT`. */
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** The end of something that only reads. */
export function endOfReading({ signal }: CliIo): ExitCode {
  return signal.aborted && !(signal.reason instanceof OutputClosed) ? EXIT.interrupted : EXIT.ok;
}

/** One answer: the value for programs, the text for people. */
export function answer(io: CliIo, json: boolean, value: unknown, text: string): void {
  io.out(json ? jsonText(value) : text);
}

/** The same JSON with escapes for what a terminal may obey and JSON leaves as it is: C1 controls, DEL, the direction of writing. */
export function jsonText(value: unknown): string {
  return JSON.stringify(value).replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) =>
    Array.from({ length: character.length }, (_, i) => {
      return `\\u${character.charCodeAt(i).toString(16).padStart(4, '0')}`;
    }).join(''),
  );
}
