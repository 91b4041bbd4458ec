import { markOf } from '../../log/commit.js';
import { LeaseLostError } from '../errors.js';
import type { ProcessorSettings } from '../processor-options.js';
import type { Lease, LeaseRow } from './lease-store.js';

/** How often a challenger looks, at most: a take-over comes `leaseDuration` plus this after the holder's last sign of life. */
export const CHALLENGE_INTERVAL = 500;

export type Challenge =
  | { readonly kind: 'held'; readonly lease: Lease; readonly acquired: boolean }
  | { readonly kind: 'standby'; readonly retryIn: number }
  | { readonly kind: 'paused'; readonly reason?: string }
  | { readonly kind: 'stopped'; readonly reason?: string };

/** Takes the lease, keeps it, gives it back. Only differences of this process's own monotonic clock are ever judged. */
export class LeaseKeeper<Tx> {
  readonly #settings: ProcessorSettings<Tx>;
  #lease: Lease | undefined;
  #confirmedAt = -Infinity;
  #seen: { readonly row: LeaseRow; readonly at: number } | undefined;
  #renewal: Promise<boolean> | undefined;

  constructor(settings: ProcessorSettings<Tx>) {
    this.#settings = settings;
  }

  get lease(): Lease | undefined {
    return this.#lease;
  }

  /** How often the heartbeat is raised: two renewals may fail before anybody takes over. */
  get interval(): number {
    return this.#settings.leaseDuration / 3;
  }

  /** Makes sure that there is a checkpoint to begin with. */
  async begin(): Promise<void> {
    await this.#readRow();
  }

  /** Holds the lease, or tries to get it. */
  async challenge(): Promise<Challenge> {
    if (this.#lease) return { kind: 'held', lease: this.#lease, acquired: false };
    const { store, id, owner } = this.#settings;
    const askedAt = this.#settings.clock();
    const row = await this.#readRow();
    if (row.state !== 'active') {
      this.#seen = undefined;
      return row.reason === undefined ? { kind: row.state } : { kind: row.state, reason: row.reason };
    }
    const waited = this.#unchangedFor(row, askedAt);
    if (row.owner !== undefined && waited < this.#settings.leaseDuration) {
      return {
        kind: 'standby',
        retryIn: Math.min(CHALLENGE_INTERVAL, this.#settings.leaseDuration - waited),
      };
    }
    const lease = await store.acquire(id, owner, row);
    if (!lease)
      return { kind: 'standby', retryIn: Math.min(CHALLENGE_INTERVAL, this.#settings.leaseDuration) };
    this.#lease = lease;
    this.#seen = undefined;
    this.confirmed(askedAt);
    return { kind: 'held', lease, acquired: true };
  }

  /** The heartbeat was raised by something that began at `at`. */
  confirmed(at: number): void {
    this.#confirmedAt = Math.max(this.#confirmedAt, at);
  }

  /** Makes the next `refresh` look, whenever the last one was. */
  doubt(): void {
    this.#confirmedAt = -Infinity;
  }

  /**
   * Renews unless that was done lately. Before an effect outside the transaction this is what keeps a process that was asleep from having
   * it a second time: nothing can be rolled back there.
   *
   * @throws LeaseLostError
   */
  async refresh(): Promise<void> {
    if (this.#settings.clock() - this.#confirmedAt < this.interval) return;
    if (!(await this.renew())) throw new LeaseLostError(this.#settings.id);
  }

  renew(): Promise<boolean> {
    this.#renewal ??= this.#renewOnce().finally(() => (this.#renewal = undefined));
    return this.#renewal;
  }

  /** Runs `work` with the lease renewed by a timer; `lost` is called at most once, when somebody else turns out to have it. */
  async keepDuring<T>(work: () => Promise<T>, lost: () => void): Promise<T> {
    const { timers } = this.#settings;
    let cancel = (): void => undefined;
    let done = false;
    const tick = async (): Promise<void> => {
      // A renewal that could not be made is tried again at the next tick; the transaction's own save has the last word.
      const held = await this.renew().catch(() => true);
      if (done) return;
      if (held) cancel = timers.after(this.interval, () => void tick());
      else lost();
    };
    cancel = timers.after(this.interval, () => void tick());
    try {
      return await work();
    } finally {
      done = true;
      cancel();
    }
  }

  /** Forgets the lease, which somebody else has now. */
  drop(): void {
    this.#lease = undefined;
    this.#seen = undefined;
  }

  /** Gives the lease back at once. */
  async release(): Promise<boolean> {
    const lease = this.#lease;
    this.drop();
    await this.#renewal?.catch(() => undefined);
    if (lease) await this.#settings.store.release(lease);
    return lease !== undefined;
  }

  async #renewOnce(): Promise<boolean> {
    if (!this.#lease) return false;
    const at = this.#settings.clock();
    const held = await this.#settings.store.renew(this.#lease);
    if (held) this.confirmed(at);
    return held;
  }

  async #readRow(): Promise<LeaseRow> {
    const { store, id, log, startFrom } = this.#settings;
    const row = await store.readLease(id);
    if (row) return row;
    // Asked in any case: a log elsewhere has no id before it was reached.
    const head = await log.head();
    await store.ensureRow(id, log.logId, await this.#startAt(startFrom === 'from-now' ? head : 0));
    const created = await store.readLease(id);
    if (!created)
      throw new Error(
        `Processor "${id}" has no row although it was just created: its store does not keep what it is given.`,
      );
    return created;
  }

  async #startAt(head: number) {
    const commit = head === 0 ? undefined : await this.#settings.log.commitAt(head);
    return commit && { position: head, mark: markOf(commit) };
  }

  /** Between the end of the first look and the beginning of this one, so never more than it truly was. */
  #unchangedFor(row: LeaseRow, askedAt: number): number {
    const seen = this.#seen;
    if (seen && seen.row.token === row.token && seen.row.heartbeat === row.heartbeat)
      return askedAt - seen.at;
    this.#seen = { row, at: this.#settings.clock() };
    return 0;
  }
}
