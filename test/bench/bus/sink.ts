import type { Sequencer } from '@varve/bus';
import type { FedCommit, KnownVersions, StreamName, StreamVersion } from '@varve/eventstore';
import type { Measured } from '../payload.ts';

const AT_A_TIME = 1_000;
const nothingLeft: ReadonlySet<StreamName> = new Set();

/** Stands where a processor would: takes what a sequencer has ready, adds it up in memory, and says that it is done. */
export class Sink {
  readonly versions = new Map<StreamName, StreamVersion>();
  readonly #sequencer: Sequencer;
  readonly #known: KnownVersions;
  #applied = 0;
  #cents = 0;
  #isPumping = false;
  #isReady = false;
  #waiting: { readonly amount: number; readonly reached: () => void } | undefined;
  #failed: (error: unknown) => void = () => undefined;

  constructor(sequencer: Sequencer) {
    this.#sequencer = sequencer;
    this.#known = {
      load: () => undefined,
      versionOf: (stream) => this.versions.get(stream) ?? 0,
      isParked: () => false,
      walks: 0,
    };
  }

  get applied(): number {
    return this.#applied;
  }

  open(logId: string): void {
    this.#sequencer.open({
      processor: 'bench@1',
      logId,
      wants: () => true,
      ready: () => {
        this.#isReady = true;
        if (!this.#isPumping) void this.#pump();
      },
    });
  }

  /** Resolves when so many commits were applied, in order; rejects when one came out of it. */
  reaches(amount: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#failed = reject;
      if (this.#applied >= amount) resolve();
      else this.#waiting = { amount, reached: resolve };
    });
  }

  close(): Promise<void> {
    return this.#sequencer.close();
  }

  async #pump(): Promise<void> {
    this.#isPumping = true;
    try {
      // Whatever comes in the same turn of the event loop is taken together, as by a processor.
      await Promise.resolve();
      while (this.#isReady) {
        this.#isReady = false;
        const commits = await this.#sequencer.next(this.#known, AT_A_TIME);
        for (const commit of commits) this.#apply(commit);
        this.#sequencer.settled(this.#known, nothingLeft);
        if (commits.length > 0) this.#isReady = true;
      }
    } catch (error) {
      this.#failed(error);
    } finally {
      this.#isPumping = false;
    }
    if (this.#waiting && this.#applied >= this.#waiting.amount) this.#waiting.reached();
  }

  #apply({ stream, firstVersion, lastVersion, events }: FedCommit): void {
    if (firstVersion !== (this.versions.get(stream) ?? 0) + 1) throw new Error(`${stream} is out of order.`);
    for (const { data } of events) this.#cents += (data as Measured).amountCents;
    this.versions.set(stream, lastVersion);
    this.#applied += 1;
  }
}
