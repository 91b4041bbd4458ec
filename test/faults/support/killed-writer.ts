import { startChild, type Child } from '../../support/children.js';
import { until } from '../../support/until.js';

export interface Acknowledgement {
  readonly n: number;
  readonly position: number;
  readonly firstVersion: number;
  readonly lastVersion: number;
}

const SCRIPT = new URL('../writer.child.ts', import.meta.url);

/** A writer that is started again whenever it was killed, and goes on behind what it was told. */
export class KilledWriter {
  readonly acknowledged = new Map<number, Acknowledgement>();
  /** Said again with other numbers: an append that was answered twice, differently. */
  readonly contradictions: (readonly [Acknowledgement, Acknowledgement])[] = [];
  #child: Child;

  constructor(
    readonly file: string,
    readonly name: string,
  ) {
    this.#child = this.#start();
  }

  /** `kill -9` when it has been told of so many appends, at whatever it does just then; 0 kills it while it opens the log. */
  async killAfter(acknowledgements: number): Promise<void> {
    const child = this.#child;
    await until(() => this.#isAlive(child) && child.messages.length > acknowledgements, {
      timeout: 60_000,
      what: `${acknowledgements} acknowledgements`,
    });
    await child.kill();
    this.#take(child);
    this.#child = this.#start();
  }

  /** Lets it finish what it has begun. */
  async finish(): Promise<void> {
    const child = this.#child;
    child.say('stop');
    const { code } = await child.exited;
    if (code !== 0) throw new Error(`${this.name} ended with ${code}:\n${child.stderr}`);
    this.#take(child);
  }

  #start(): Child {
    let from = 0;
    while (this.acknowledged.has(from)) from += 1;
    return startChild(SCRIPT, [this.file, this.name, String(from)]);
  }

  #isAlive(child: Child): boolean {
    if (child.process.exitCode === null) return true;
    throw new Error(`${this.name} ended by itself:\n${child.stderr}`);
  }

  #take(child: Child): void {
    for (const told of child.messages.filter(isAcknowledgement)) {
      const before = this.acknowledged.get(told.n);
      if (before && JSON.stringify(before) !== JSON.stringify(told)) this.contradictions.push([before, told]);
      this.acknowledged.set(told.n, told);
    }
  }
}

/** The line that a process was writing when it was killed may be cut off. */
function isAcknowledgement(message: unknown): message is Acknowledgement {
  return typeof message === 'object' && message !== null && 'position' in message;
}
