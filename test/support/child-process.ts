import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { until } from './until.ts';

export interface ChildOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Of Node itself, before the script. */
  readonly nodeArguments?: readonly string[];
}

/** Loaded before the script. It needs a channel to whoever starts it. */
export const CHILD_START = new URL('child-start.ts', import.meta.url).href;

/**
 * Starts a TypeScript file (erasable syntax only) in a Node of its own; `@varve/...` there is what `npm run build` has made. Whoever starts it
 * ends it: `startChild` of `children.ts` does so after the test.
 */
export function launchChild(
  script: string | URL,
  args: readonly string[] = [],
  options: ChildOptions = {},
): Child {
  const file = script instanceof URL ? fileURLToPath(script) : script;
  const nodeArguments = ['--import', CHILD_START, ...(options.nodeArguments ?? [])];
  const child = spawn(process.execPath, [...nodeArguments, file, ...args], {
    stdio: ['pipe', 'pipe', 'pipe', 'ipc'],
    env: { ...process.env, ...options.env },
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  return new Child(child, file);
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A process that says one JSON value per line on its standard output. */
export class Child {
  /** Everything said so far, oldest first. A line that is no JSON is kept as the text that it is. */
  readonly messages: unknown[] = [];
  readonly exited: Promise<Exit>;
  readonly process: ChildProcess;
  readonly name: string;
  stderr = '';

  constructor(process: ChildProcess, name: string) {
    this.process = process;
    this.name = name;
    const { stdout, stderr } = process;
    if (stdout) createInterface({ input: stdout }).on('line', (line) => this.messages.push(parsed(line)));
    stderr?.on('data', (chunk: Buffer) => (this.stderr += chunk.toString()));
    process.stdin?.on('error', () => undefined);
    this.exited = once(process, 'close').then(([code, signal]) => ({ code, signal }));
  }

  /** Sends one JSON value as a line of standard input. */
  say(message: unknown): void {
    this.process.stdin?.write(`${JSON.stringify(message)}\n`);
  }

  /** The first message that `accepts` takes; fails at once when the process ends without having sent it. */
  async heard<T>(
    accepts: (message: unknown) => message is T,
    what = 'a message',
    timeout = 60_000,
  ): Promise<T> {
    const found = await until(() => this.#found(accepts, what), {
      timeout,
      what: `${what} from ${this.name}`,
    });
    return found.message;
  }

  signal(signal: 'SIGSTOP' | 'SIGCONT' | 'SIGTERM' | 'SIGINT' | 'SIGKILL'): void {
    this.process.kill(signal);
  }

  /** `kill -9`, also of a stopped process; resolves when it is gone. */
  async kill(): Promise<Exit> {
    this.process.kill('SIGKILL');
    return this.exited;
  }

  #found<T>(accepts: (message: unknown) => message is T, what: string): { message: T } | undefined {
    const ended = this.process.exitCode !== null || this.process.signalCode !== null;
    const message = this.messages.find(accepts);
    if (message !== undefined) return { message };
    if (ended && this.process.stdout?.readableEnded) {
      throw new Error(`${this.name} ended without ${what}. It wrote:\n${this.stderr}`);
    }
    return undefined;
  }
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return line;
  }
}
