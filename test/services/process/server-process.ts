import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { ServiceError } from '../service-error.ts';
import type { Command } from './command.ts';
import { isRunning, killProcess, signal, type ProcessIdentity } from './identity.ts';
import { java } from './java.ts';
import type { Launcher } from './launcher.ts';

const quick = ['-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-XX:+PerfDisableSharedMem', '-Xshare:auto'];

/** RocketMQ's proxy goes on without the port that it could not have. */
const portTaken = /BindException|Address already in use/;

export interface JavaProgram {
  readonly name: string;
  /** JVM options, main class, arguments. */
  readonly args: readonly string[];
  /** Megabytes, all of them taken at the start. */
  readonly heap: number;
  readonly jars: string;
  readonly folder: string;
  readonly log: string;
}

/** One JVM of a server, that can be ended, frozen and started again. */
export class ServerProcess {
  readonly #launcher: Launcher;
  readonly #program: JavaProgram;
  #identity: ProcessIdentity | undefined;
  #logStart = 0;

  constructor(launcher: Launcher, program: JavaProgram) {
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
    const pid = await this.#launcher.launch(commandOf(this.#program, mark));
    this.#identity = { pid, mark };
    return this.#identity;
  }

  async kill(): Promise<void> {
    if (this.#identity) await killProcess(this.#identity);
  }

  signal(name: NodeJS.Signals): void {
    if (this.#identity) signal(this.#identity, name);
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

function commandOf({ name, args, heap, jars, folder, log }: JavaProgram, mark: string): Command {
  const memory = [`-Xms${heap}m`, `-Xmx${heap}m`];
  return {
    name,
    command: java.command,
    args: [...quick, ...memory, `-D${mark}`, '-cp', `${jars}/*`, ...args],
    folder,
    log,
  };
}
