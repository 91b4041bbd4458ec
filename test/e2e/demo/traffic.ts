import { inParallel, send } from './client.ts';
import { lifeOfOrder, streamOf, type Step } from './orders.ts';
import { seededRandom } from '../../support/seeded-random.ts';

export interface TrafficOptions {
  readonly url: string;
  readonly orders: number;
  readonly clients: number;
  readonly seed: number;
  /** How long a client tries to reach a server that is not there, in milliseconds. */
  readonly patience?: number;
  /** Told of everything that was carried out. */
  readonly onCarriedOut?: (stream: string, version: number) => void;
}

const REPEATED = 0.03;

/** Concurrent clients that live through whole orders; each order's steps follow one another, orders overlap. */
export class Traffic {
  readonly latencies: number[] = [];
  readonly surprises: string[] = [];
  carriedOut = 0;
  refused = 0;
  repeated = 0;
  /** Commands that came too late after a crash: nothing was written, and they were given again as new ones. */
  fenced = 0;
  finishedOrders = 0;
  position = 0;
  readonly #options: TrafficOptions;

  constructor(options: TrafficOptions) {
    this.#options = options;
  }

  /** Lives through orders `from` to `to`, both included. */
  async run(from: number, to: number): Promise<void> {
    const numbers = Array.from({ length: to - from + 1 }, (_, index) => from + index);
    await inParallel(numbers, this.#options.clients, async (number) => {
      const random = seededRandom(this.#options.seed * 1_000_003 + number);
      for (const step of lifeOfOrder(number, random)) await this.#request(step, random);
      this.finishedOrders++;
    });
  }

  async #request(step: Step, random: () => number): Promise<void> {
    const { url, patience, onCarriedOut } = this.#options;
    const { status, version = 0, position, rule, code, milliseconds } = await send(url, step, patience);
    this.latencies.push(milliseconds);
    if (code === 'commit-fenced') {
      this.fenced++;
      return this.#request({ ...step, key: `${step.key}-anew` }, random);
    }
    if (step.refusedBy !== undefined) {
      if (status === 422 && rule === step.refusedBy) this.refused++;
      else
        this.surprises.push(`${step.path}: ${status} ${rule ?? ''}, expected a refusal by ${step.refusedBy}`);
      return;
    }
    if (status >= 300 || position === undefined) {
      this.surprises.push(`${step.path}: ${status} ${rule ?? ''}, expected to be carried out`);
      return;
    }
    this.carriedOut++;
    this.position = Math.max(this.position, position);
    onCarriedOut?.(streamOf(step), version);
    if (random() < REPEATED) await this.#sendAgain(step, position);
  }

  /** A client that did not get its answer asks again, with the same key, and must get the first answer. */
  async #sendAgain(step: Step, first: number): Promise<void> {
    const again = await send(this.#options.url, step, this.#options.patience);
    if (again.position === first) this.repeated++;
    else this.surprises.push(`${step.path}: sent again, got position ${again.position} instead of ${first}`);
  }
}
