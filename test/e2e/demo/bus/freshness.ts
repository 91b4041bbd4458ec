/** Every so many commands are looked at, and at most so many at once: looking must not be what takes the time. */
const EVERY = 10;
const AT_ONCE = 4;

/** How long it takes from the answer of a command until the projector, in its own process and database, shows what it did. */
export class Freshness {
  readonly milliseconds: number[] = [];
  readonly surprises: string[] = [];
  #isLooking = true;
  #seen = 0;
  readonly #looks = new Set<Promise<void>>();
  readonly #url: () => string;

  constructor(url: () => string) {
    this.#url = url;
  }

  carriedOut(stream: string, version: number): void {
    this.#seen += 1;
    if (!this.#isLooking || this.#seen % EVERY !== 0 || this.#looks.size >= AT_ONCE) return;
    const look = this.#look(stream, version).finally(() => this.#looks.delete(look));
    this.#looks.add(look);
  }

  /** What comes during an outage is no measure of anything. */
  async stop(): Promise<void> {
    this.#isLooking = false;
    await Promise.all(this.#looks);
  }

  async #look(stream: string, version: number): Promise<void> {
    const began = performance.now();
    const order = stream.slice('order-'.length);
    const response = await fetch(
      `${this.#url()}/orders/${order}?stream=${stream}&version=${version}&timeout=30000`,
    );
    const shown = (await response.json()) as { version?: number };
    this.milliseconds.push(performance.now() - began);
    if (response.status !== 200 || (shown.version ?? 0) < version)
      this.surprises.push(
        `${stream} was to be shown at version ${version}: ${response.status} ${shown.version}`,
      );
  }
}
