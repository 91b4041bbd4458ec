import { existsSync, closeSync, openSync } from 'node:fs';
import { PublishNotConfirmedError, BrokerUnavailableError } from '@varve/bus';
import { say } from '../../support/say.ts';

/** The way of a commit, and the broker's question about it. */
export type Step =
  'prepare' | 'append' | 'commit' | 'publish' | 'confirm' | 'deliver' | 'apply' | 'checkpoint' | 'check-back';

/** What becomes of a process that comes to a step for the first time after the trap was set. */
export interface Trap {
  readonly step: Step;
  readonly when: 'before' | 'after';
  /**
   * `die`: kill -9. `freeze`: SIGSTOP. `hold`: everybody who comes by waits until it is released. `lose`: the call was made, and its answer
   * never comes. `refuse`: the call is not made.
   */
  readonly does: 'die' | 'freeze' | 'hold' | 'lose' | 'refuse';
  /** A file that it makes: of several processes whose traps name the same one, it strikes whoever comes first, and no other. */
  readonly once?: string;
}

interface Hold {
  readonly trap: Trap;
  readonly released: Promise<void>;
  release(): void;
}

/** Stands around the ports of a process, from outside, and strikes at one step. */
export class Traps {
  readonly #armed: Trap[] = [];
  readonly #holds: Hold[] = [];

  arm(trap: Trap): void {
    this.#armed.push(trap);
  }

  release(step: Step): void {
    for (const hold of this.#holds.filter(({ trap }) => trap.step === step)) {
      hold.release();
      this.#holds.splice(this.#holds.indexOf(hold), 1);
    }
    const still = this.#armed.findIndex((trap) => trap.step === step && trap.does === 'hold');
    if (still !== -1) this.#armed.splice(still, 1);
  }

  /** @throws as the call does, or as an answer that was lost does */
  async around<T>(step: Step, work: () => T | Promise<T>): Promise<T> {
    await this.at(step, 'before');
    const value = await work();
    await this.at(step, 'after');
    return value;
  }

  async at(step: Step, when: Trap['when']): Promise<void> {
    const held = this.#holds.find(({ trap }) => trap.step === step && trap.when === when);
    if (held) return held.released;
    const index = this.#armed.findIndex((trap) => trap.step === step && trap.when === when);
    const [trap] = index === -1 ? [] : this.#armed.splice(index, 1);
    if (!trap || !isFirst(trap)) return;
    say({ at: step, when });
    if (trap.does === 'hold') return this.#hold(trap);
    strike(trap);
  }

  #hold(trap: Trap): Promise<void> {
    let release: () => void = () => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    this.#holds.push({ trap, released, release });
    return released;
  }
}

function isFirst({ once }: Trap): boolean {
  if (once === undefined) return true;
  try {
    closeSync(openSync(once, 'wx'));
    return true;
  } catch (error) {
    if (existsSync(once)) return false;
    throw error;
  }
}

function strike({ does, step }: Trap): void {
  switch (does) {
    case 'die':
      process.kill(process.pid, 'SIGKILL');
      return;
    case 'freeze':
      process.kill(process.pid, 'SIGSTOP');
      return;
    case 'lose':
      throw new PublishNotConfirmedError(`The answer at "${step}" was lost.`);
    case 'refuse':
      throw new BrokerUnavailableError(`Nobody answers at "${step}".`);
    case 'hold':
  }
}
