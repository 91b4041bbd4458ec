import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { CHILD_START } from '../../support/child-process.ts';

const ROOT = new URL('../../../', import.meta.url);
const processes = new Set<ChildProcess>();

/** Nothing outlives the demo, and nothing that runs keeps it from ending. */
export function killAll(): void {
  for (const child of processes) child.kill('SIGKILL');
}

process.once('exit', killAll);
/** The exit codes of a demo that was told to end, as a shell would say it. */
export const INTERRUPTED = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;
for (const signal of ['SIGHUP', 'SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => process.exit(INTERRUPTED[signal]));

/** Milliseconds. */
const LONGEST_STOP = 60_000;
const LONGEST_START = 120_000;
/** An import or a rebuild of all real orders takes some minutes on a machine that has other things to do. */
const LONGEST_SCRIPT = 900_000;

export interface RunningApp {
  readonly url: string;
  readonly pid: number;
  /** Resolves when it is gone, however it ended. */
  readonly gone: Promise<unknown>;
  /** `kill -9`: no hook runs, nothing is flushed. */
  kill(): Promise<void>;
  /** SIGTERM, and the exit code; `null` of one that would not end and was killed. */
  stop(): Promise<number | null>;
}

/** Starts one of the built apps on a free port, and resolves when it listens. */
export function startApp(
  app: 'order' | 'projector',
  env: Readonly<Record<string, string>>,
): Promise<RunningApp> {
  return startServer(`apps/${app}/dist/main.js`, env);
}

/** Starts a script that says on which address it listens, and hands over every line that it writes. */
export async function startServer(
  script: string,
  env: Readonly<Record<string, string>>,
  onLine: (line: string) => void = () => undefined,
): Promise<RunningApp> {
  const child = startNode(script, [], { PORT: '0', ...env });
  if (child.stdout) createInterface({ input: child.stdout }).on('line', onLine);
  const url = await new Promise<string>((resolve, reject) => {
    let output = '';
    const late = setTimeout(() => {
      child.kill('SIGKILL');
      reject(tooLong(`${script} does not listen`, LONGEST_START, output));
    }, LONGEST_START);
    const read = (chunk: Buffer): void => {
      output += chunk.toString();
      const found = /Listening on (http:\/\/\S+?)[,\s]/.exec(output);
      if (!found?.[1]) return;
      clearTimeout(late);
      resolve(found[1]);
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    child.once('exit', (code) => {
      clearTimeout(late);
      reject(new Error(`${script} ended with code ${code}:\n${output}`));
    });
  });
  const gone = once(child, 'exit');
  return {
    url,
    pid: child.pid ?? 0,
    gone,
    kill: async () => {
      child.kill('SIGKILL');
      await gone;
    },
    stop: async () => {
      child.kill('SIGTERM');
      const late = setTimeout(() => child.kill('SIGKILL'), LONGEST_STOP);
      const [code] = (await gone) as [number | null];
      clearTimeout(late);
      return code;
    },
  };
}

export interface Finished {
  readonly code: number | null;
  readonly output: string;
}

/** Runs a built script to its end. */
export async function runScript(
  script: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Finished> {
  const child = startNode(script, args, env);
  let output = '';
  const read = (chunk: Buffer): void => void (output += chunk.toString());
  child.stdout?.on('data', read);
  child.stderr?.on('data', read);
  const late = AbortSignal.timeout(LONGEST_SCRIPT);
  late.addEventListener('abort', () => child.kill('SIGKILL'));
  const [code] = (await once(child, 'close')) as [number | null];
  if (late.aborted) throw tooLong(`${[script, ...args].join(' ')} does not end`, LONGEST_SCRIPT, output);
  return { code, output };
}

/** With what it has said last: that is where it stands. */
function tooLong(what: string, milliseconds: number, output: string): Error {
  const said = output.trim() === '' ? 'It has said nothing.' : `It said:\n${output.trim().slice(-2_000)}`;
  return new Error(`After ${milliseconds / 1_000} s ${what}, and was killed. ${said}`);
}

/** By kafkajs 2.2.4 on Node 24: it asks for timers in the past, and gets them at once. */
const QUIET = '--disable-warning=TimeoutNegativeWarning';

function startNode(
  script: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): ChildProcess {
  const file = fileURLToPath(new URL(script, ROOT));
  const child = spawn(process.execPath, ['--import', CHILD_START, file, ...args], {
    env: { ...process.env, ...env, NO_COLOR: '1', NODE_OPTIONS: QUIET },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  processes.add(child);
  child.once('exit', () => processes.delete(child));
  return child;
}
