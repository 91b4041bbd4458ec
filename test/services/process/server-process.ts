import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { ServiceError } from '../service-error.ts';
import type { Command } from './command.ts';
import { freezeProcess, isRunning, killProcess, signal, type ProcessIdentity } from './identity.ts';
import type { Launcher } from './launcher.ts';

/** RocketMQ's proxy goes on without the port that it could not have. */
const portTaken = /BindException|Address already in use/i;

/** What a process of a server runs, whatever it is written in. */
export interface Program extends Omit<Command, 'args'> {
  /** `mark` has to be somewhere in what they say: it is how the process is known again. */
  readonly args: (mark: string) => readonly string[];
  /** Something to do once the server can be used; no client has it yet. */
  readonly whenReady?: (pid: number) => Promise<void>;
}

/** One process of a server, that can be ended, frozen and started again. */
export class ServerProcess {
  readonly #launcher: Launcher;
  readonly #program: Program;
  #identity: ProcessIdentity | undefined;
  #logStart = 0;

  constructor(launcher: Launcher, program: Program) {
    this.#launcher = launcher;
    this.#program = program;
  }

  get name(): string {
    return this.#program.name;
  }

  get identity(): ProcessIdentity | undefined {
    return this.#identity;
  }

  async launch(): Promise<ProcessIdentity> {
    this.#logStart = this.#wholeLog().length;
    const mark = `varve.process=${randomUUID()}`;
    const { name, command, args, folder, log } = this.#program;
    const pid = await this.#launcher.launch({ name, command, args: args(mark), folder, log });
    this.#identity = { pid, mark };
    return this.#identity;
  }

  async ready(): Promise<void> {
    if (this.#identity) await this.#program.whenReady?.(this.#identity.pid);
  }

  async kill(): Promise<void> {
    if (this.#identity) await killProcess(this.#identity);
  }

  async freeze(): Promise<void> {
    if (this.#identity) await freezeProcess(this.#identity);
  }

  thaw(): void {
    if (this.#identity) signal(this.#identity, 'SIGCONT');
  }

  /** What this process has logged since it was launched last. */
  log(): string {
    return this.#wholeLog().slice(this.#logStart);
  }

  /** Throws once the process has ended, with the last that it said, or could not have a port. */
  assertHealthy(): void {
    const log = this.log();
    if (portTaken.test(log)) {
      throw new ServiceError(
        'port-taken',
        `A port that ${this.name} needs was taken. See ${this.#program.log}.`,
      );
    }
    if (this.#identity && isRunning(this.#identity)) return;
    const last = log.trim().split('\n').slice(-20).join('\n');
    throw new ServiceError(
      'process-died',
      `${this.name} ended before it was ready. The last of ${this.#program.log}:\n${last}`,
    );
  }

  #wholeLog(): string {
    return existsSync(this.#program.log) ? readFileSync(this.#program.log, 'utf8') : '';
  }
}
