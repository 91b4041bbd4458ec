import {
  runVarveCli,
  type CliIo,
  type CliOptions,
  type ExitCode,
  type LoadApp,
} from '@varve/projections/cli';

export interface Ran {
  readonly code: ExitCode;
  readonly out: string;
  readonly err: string;
  /** What was rewritten on the terminal, one after the other. */
  readonly rewritten: readonly string[];
}

export interface Running {
  readonly columns?: number;
  readonly signal?: AbortSignal;
  readonly app?: LoadApp;
  readonly readModels?: string;
  readonly onOut?: (text: string) => void;
}

/** Runs the command in this process, on a terminal of this width or without one. */
export async function varve(words: string | readonly string[], running: Running = {}): Promise<Ran> {
  const [out, err, rewritten]: string[][] = [[], [], []];
  const io: CliIo = {
    out: (text) => {
      out!.push(text);
      running.onOut?.(text);
    },
    rewrite: (text) => void rewritten!.push(text),
    error: (text) => void err!.push(text),
    columns: running.columns,
    signal: running.signal ?? new AbortController().signal,
  };
  const options: CliOptions = {
    arguments: typeof words === 'string' ? words.split(' ').filter(Boolean) : words,
    io,
    ...(running.readModels !== undefined && { readModels: running.readModels }),
  };
  const code = await runVarveCli(running.app, options);
  return { code, out: out!.join('\n'), err: err!.join('\n'), rewritten: rewritten! };
}
