import { launchChild, type Child } from '../support/child-process.ts';
import { until } from '../support/until.ts';
import type { Answer, Command, HalfStory, Order, ProjectorOrders, ServiceOrders } from './parties/orders.ts';
import type { Step, Trap } from './parties/traps.ts';

/** Milliseconds: on a machine that has much to do a dozen processes take a minute to start at once. */
export const PATIENCE = 120_000;

/** A process of the story, seen from outside. */
export class Party {
  readonly child: Child;
  readonly name: string;

  constructor(child: Child, name: string) {
    this.child = child;
    this.name = name;
  }

  arm(trap: Trap): void {
    this.#order({ arm: trap });
  }

  release(step: Step): void {
    this.#order({ release: step });
  }

  async ready(): Promise<this> {
    await this.#heard((line) => 'ready' in line, 'that it is ready');
    return this;
  }

  /** Whether a trap has closed. */
  wasAt(step: Step): boolean {
    return this.lines().some((line) => line['at'] === step);
  }

  /** Resolves when a trap has closed. */
  async isAt(step: Step, when?: Trap['when']): Promise<void> {
    await this.#heard(
      (line) => line['at'] === step && (when === undefined || line['when'] === when),
      `that it is at "${step}"`,
    );
  }

  async hasDied(): Promise<void> {
    const { signal } = await until(() => this.child.process.signalCode && this.child.exited, {
      timeout: PATIENCE,
      what: `${this.name} to die`,
    });
    if (signal !== 'SIGKILL')
      throw new Error(`${this.name} ended by ${String(signal)}:\n${this.child.stderr}`);
  }

  /** What a `frozen` one said stays true: it sleeps until `thaw`. */
  thaw(): void {
    this.child.signal('SIGCONT');
  }

  async kill(): Promise<void> {
    await this.child.kill();
  }

  get isAlive(): boolean {
    const { exitCode, signalCode } = this.child.process;
    return exitCode === null && signalCode === null;
  }

  /** What it has said, for people. */
  account(): string {
    const lines = this.child.messages.map((line) => JSON.stringify(line));
    return [`--- ${this.name}`, ...lines, this.child.stderr].join('\n');
  }

  lines(): readonly Line[] {
    return this.child.messages.filter((line) => typeof line === 'object') as Line[];
  }

  #order(order: Order): void {
    this.child.say(order);
  }

  async #heard(accepts: (line: Line) => boolean, what: string): Promise<void> {
    const isLine = (line: unknown): line is Line => typeof line === 'object' && accepts(line as Line);
    await this.child.heard(isLine, what, PATIENCE);
  }
}

export type Line = Readonly<Record<string, unknown>>;

export class Service extends Party {
  static launch(orders: ServiceOrders): Service {
    const child = launchChild(new URL('./parties/service.child.ts', import.meta.url), [
      JSON.stringify(orders),
    ]);
    return new Service(child, orders.owner);
  }

  send(command: Command): void {
    this.child.say({ command } satisfies Order);
  }

  answers(): readonly Answer[] {
    return this.lines().filter((line) => 'answered' in line) as unknown as Answer[];
  }

  halves(): readonly HalfStory[] {
    return this.lines().filter(
      (line) => 'half' in line || 'dropping' in line || 'decided' in line,
    ) as unknown as HalfStory[];
  }
}

export class ProjectorParty extends Party {
  static launch(orders: ProjectorOrders): ProjectorParty {
    const child = launchChild(new URL('./parties/projector.child.ts', import.meta.url), [
      JSON.stringify(orders),
    ]);
    return new ProjectorParty(child, orders.owner);
  }
}
