import { until } from '../support/until.ts';
import type { Launcher } from './process/launcher.ts';
import type { ServerProcess } from './process/server-process.ts';
import type { ProcessIdentity } from './process/identity.ts';
import { ServiceError } from './service-error.ts';

/** Also on a machine that has other things to do. */
const defaultStartTimeout = 120_000;

export interface ServerParts {
  readonly launcher: Launcher;
  /** In the order of their start; the last one is the broker. */
  readonly processes: readonly ServerProcess[];
  /** Gives false, or throws, while the server cannot be used. */
  readonly isReady: () => Promise<boolean>;
  readonly logs: string;
  readonly onLaunched?: ((processes: readonly ProcessIdentity[]) => void) | undefined;
}

/** What every server can do, whatever it is. */
export class RunningServer {
  readonly #parts: ServerParts;

  constructor(parts: ServerParts) {
    this.#parts = parts;
  }

  /** Resolves when clients can use the server. */
  async start(timeout = defaultStartTimeout): Promise<void> {
    for (const process of this.#parts.processes) {
      await process.launch();
      this.#parts.onLaunched?.(this.identities());
    }
    await this.#ready(timeout);
  }

  /** `kill -9` of the broker; what it had stored stays. */
  async kill(): Promise<void> {
    await this.#broker.kill();
  }

  /** Starts the broker again, on the same ports and the same data; kills it first if it runs. */
  async restart(timeout = defaultStartTimeout): Promise<void> {
    await this.kill();
    await this.#broker.launch();
    await this.#ready(timeout);
  }

  /** Freezes the broker: its connections stay open, and nobody answers. */
  pause(): void {
    this.#broker.signal('SIGSTOP');
  }

  resume(): void {
    this.#broker.signal('SIGCONT');
  }

  async stop(): Promise<void> {
    for (const process of this.#parts.processes.toReversed()) await process.kill();
    await this.#parts.launcher.release();
  }

  identities(): readonly ProcessIdentity[] {
    return this.#parts.processes.flatMap(({ identity }) => identity ?? []);
  }

  get #broker(): ServerProcess {
    return this.#parts.processes.at(-1)!;
  }

  async #ready(timeout: number): Promise<void> {
    let last: unknown = 'it has not said that it is up';
    const isReady = async () => {
      for (const process of this.#parts.processes) process.assertRunning();
      return this.#parts.isReady().catch((error: unknown) => {
        last = error;
        return false;
      });
    };
    try {
      await until(isReady, { timeout, what: 'the server' });
    } catch (error) {
      if (error instanceof ServiceError) throw error;
      const reason = last instanceof Error ? last.message : String(last);
      throw new ServiceError(
        'not-ready',
        `Not ready after ${timeout} ms: ${reason}. Its logs: ${this.#parts.logs}`,
        {
          cause: last,
        },
      );
    }
  }
}
