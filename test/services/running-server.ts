import { scheduler } from 'node:timers/promises';
import type { Launcher } from './process/launcher.ts';
import type { ServerProcess } from './process/server-process.ts';
import type { ProcessIdentity } from './process/identity.ts';
import { ServiceError } from './service-error.ts';

/** Also on a machine that has other things to do. */
const defaultStartTimeout = 120_000;
/** Between two looks, in milliseconds: on few cores each of them takes time from the server that is to start. */
const pause = 50;

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
    try {
      for (const process of this.#parts.processes) {
        await process.launch();
        this.#parts.onLaunched?.(this.identities());
      }
      await this.#ready(timeout);
      for (const process of this.#parts.processes) await process.ready();
    } catch (error) {
      await this.#end();
      throw error;
    }
  }

  /** `kill -9` of the broker; what it had stored stays. */
  async kill(): Promise<void> {
    await this.#broker.kill();
  }

  /** Starts the broker again, on the same ports and the same data; kills it first if it runs. */
  async restart(timeout = defaultStartTimeout): Promise<void> {
    await this.kill();
    await this.#broker.launch();
    this.#parts.onLaunched?.(this.identities());
    await this.#ready(timeout);
  }

  /** Freezes the broker: its connections stay open, and nobody answers once this has resolved. */
  async pause(): Promise<void> {
    await this.#broker.freeze();
  }

  resume(): void {
    this.#broker.thaw();
  }

  async stop(): Promise<void> {
    await this.#end();
    await this.#parts.launcher.release();
  }

  identities(): readonly ProcessIdentity[] {
    return this.#parts.processes.flatMap(({ identity }) => identity ?? []);
  }

  async #end(): Promise<void> {
    for (const process of this.#parts.processes.toReversed()) await process.kill();
  }

  get #broker(): ServerProcess {
    return this.#parts.processes.at(-1)!;
  }

  async #ready(timeout: number): Promise<void> {
    const deadline = performance.now() + timeout;
    for (;;) {
      for (const process of this.#parts.processes) process.assertHealthy();
      const answer = await this.#parts.isReady().catch((error: unknown) => error);
      if (answer === true) return;
      if (performance.now() > deadline) throw this.#notReady(timeout, answer);
      await scheduler.wait(pause);
    }
  }

  #notReady(timeout: number, answer: unknown): ServiceError {
    const reason = answer instanceof Error ? answer.message : 'it has not said that it is up';
    const message = `Not ready after ${timeout} ms: ${reason}. Its logs: ${this.#parts.logs}`;
    return new ServiceError('not-ready', message, { cause: answer });
  }
}
