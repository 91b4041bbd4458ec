import type { Acknowledgement } from '../../faults/support/killed-writer.ts';
import { launchChild, type Child } from '../../support/child-process.ts';
import { until } from '../../support/until.ts';
import { CALLERS, type Allowance, type LogAddress, type WriterLog, type WriterOrders } from './orders.ts';

type Told = Readonly<Record<string, unknown>>;

/** Long enough for eight writers on FerretDB, which looks for each of a group's streams by reading all of the log, beside other work. */
export const PATIENCE = 900_000;

/** Processes that go from one log to the next, since to start one takes longer than to kill it. */
export class Crew {
  readonly #script: URL;
  readonly #idle: Child[] = [];
  readonly #all = new Set<Child>();

  constructor(script: URL) {
    this.#script = script;
  }

  take(): Child {
    const child = this.#idle.pop() ?? launchChild(this.#script);
    this.#all.add(child);
    child.messages.length = 0;
    return child;
  }

  giveBack(child: Child): void {
    this.#idle.push(child);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#all].map(async (child) => child.kill()));
  }
}

/** A writer that is started again whenever it was killed, and goes on behind what it was told. */
export class WriterParty {
  readonly name: string;
  readonly acknowledged = new Map<number, Acknowledgement>();
  /** Said again with other numbers: an append that was answered twice, differently. */
  readonly contradictions: (readonly [Acknowledgement, Acknowledgement])[] = [];
  /** How many appends ended without saying whether they were written. */
  unknown = 0;
  readonly #crew: Crew;
  readonly #log: WriterLog;
  #child: Child;

  constructor(crew: Crew, log: WriterLog, name: string) {
    this.name = name;
    this.#crew = crew;
    this.#log = log;
    this.#child = this.#start();
  }

  /** How much this writer was told since it was started last. */
  get told(): number {
    if (this.#child.process.exitCode === null) return this.#child.messages.length;
    throw new Error(`${this.name} ended by itself:\n${this.#child.stderr}`);
  }

  allow(more: number): void {
    this.#child.say({ more } satisfies Allowance);
  }

  async hasWritten(acknowledgements: number): Promise<void> {
    const child = this.#child;
    await until(() => this.#child !== child || this.told > acknowledgements, {
      timeout: PATIENCE,
      what: `${acknowledgements} acknowledgements of ${this.name}`,
    });
  }

  /** `kill -9`, at whatever it does just then. */
  async kill(): Promise<void> {
    const child = this.#child;
    await child.kill();
    this.#take(child);
    this.#child = this.#start();
  }

  /** Lets it finish what it has begun. */
  async finish(): Promise<void> {
    const child = this.#child;
    child.say('stop');
    await child.heard(hasKey('done'), 'that it has finished', PATIENCE);
    this.#take(child);
    this.#crew.giveBack(child);
  }

  #start(): Child {
    let from = 0;
    while (this.acknowledged.has(from)) from += 1;
    const atLeast = this.acknowledged.size + CALLERS;
    const child = this.#crew.take();
    child.say({ ...this.#log, writer: this.name, from, atLeast } satisfies WriterOrders);
    return child;
  }

  #take(child: Child): void {
    for (const message of child.messages) {
      if (hasKey('refused')(message) && message['refused'] === 'unknown') this.unknown += 1;
      if (!isAcknowledgement(message)) continue;
      const before = this.acknowledged.get(message.n);
      if (before && JSON.stringify(before) !== JSON.stringify(message))
        this.contradictions.push([before, message]);
      this.acknowledged.set(message.n, message);
    }
  }
}

/** Looks at the log every 3 ms, from before the first commit to after the last. */
export class ReaderParty {
  readonly #crew: Crew;
  readonly #child: Child;

  private constructor(crew: Crew, child: Child) {
    this.#crew = crew;
    this.#child = child;
  }

  static async following(crew: Crew, log: LogAddress): Promise<ReaderParty> {
    const child = crew.take();
    child.say(log);
    await child.heard(hasKey('following'), 'that it follows', PATIENCE);
    return new ReaderParty(crew, child);
  }

  async sawUpTo(end: number): Promise<unknown> {
    this.#child.say({ end });
    const { saw } = await this.#child.heard(hasKey('saw'), 'what it saw', PATIENCE);
    this.#crew.giveBack(this.#child);
    return saw;
  }
}

const hasKey =
  (key: string) =>
  (message: unknown): message is Told =>
    typeof message === 'object' && message !== null && key in message;

/** The line that a process was writing when it was killed may be cut off. */
function isAcknowledgement(message: unknown): message is Acknowledgement {
  return hasKey('position')(message);
}
