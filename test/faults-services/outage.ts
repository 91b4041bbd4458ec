import type { Mortal } from './stage.ts';

/** One death of the broker for all stories that are told at the same time: it is killed when each of them is where it wants to be. */
export class Outage {
  readonly #server: Mortal;
  #present = 0;
  #striking = 0;
  #killing: Promise<void> | undefined;
  readonly #waiting: (() => void)[] = [];
  readonly #ending: ((restarted: Promise<void>) => void)[] = [];

  constructor(server: Mortal) {
    this.#server = server;
  }

  /** Somebody who will strike: nobody strikes without them until they leave. */
  enter(): void {
    this.#present += 1;
  }

  leave(): void {
    this.#present -= 1;
    this.#strikeIfAll();
  }

  /** Runs `meanwhile` while the broker is dead, and resolves when it is up again. */
  async strike(meanwhile: () => void | Promise<void>): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#waiting.push(resolve);
      this.#strikeIfAll();
    });
    this.#striking += 1;
    this.#killing ??= this.#server.kill();
    await this.#killing;
    try {
      await meanwhile();
    } finally {
      await this.#end();
    }
  }

  #end(): Promise<void> {
    const restarted = new Promise<void>((resolve) => this.#ending.push(resolve));
    this.#striking -= 1;
    if (this.#striking === 0) {
      this.#killing = undefined;
      const restarting = this.#server.restart();
      for (const tell of this.#ending.splice(0)) tell(restarting);
    }
    return restarted;
  }

  #strikeIfAll(): void {
    if (this.#waiting.length === 0 || this.#waiting.length < this.#present) return;
    for (const go of this.#waiting.splice(0)) go();
  }
}
