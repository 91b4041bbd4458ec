import { messageOf, type Timers } from '@varve/eventstore';
import type { Published } from '../publication-store.js';
import type { RelayStatus } from '../relay/relay.js';
import type { TwoPhaseStatus } from '../two-phase/two-phase-publisher.js';
import { REPORTS_EVERY, type InstanceReport, type InstanceReports } from './instance-report.js';

/** How often an instance reports while something happens, in milliseconds: people look, and each report is a transaction. */
const SHORTEST_PAUSE = 1_000;
/** What a killed instance said is of use to whoever looks into it, and in the way a day later. */
const FORGOTTEN_AFTER = 86_400_000;

/** What an `InstanceReporter` is made of. */
export interface InstanceReporterOptions {
  /** Where reports are kept. One that cannot be written is left out. */
  readonly store: InstanceReports;
  /** Names this instance for people; no other one may have the name. */
  readonly instance: string;
  /** Which relay of which log it reports for; asked for each report. */
  readonly published: () => Published;
  /** How publication stands here; asked for each report. */
  readonly status: () => { readonly relay: RelayStatus; readonly twoPhase?: TwoPhaseStatus };
  /** What it waits by between two reports. */
  readonly timers: Timers;
  /** The time of day, which each report carries. */
  readonly now: () => Date;
}

/** Says how publication goes here: soon after something happened, and now and then although nothing does. It never fails, and nobody waits. */
export class InstanceReporter {
  readonly #options: InstanceReporterOptions;
  #cancel: (() => void) | undefined;
  #isSoon = false;
  #hasBegun = false;
  #hasEnded = false;
  #writing: Promise<void> = Promise.resolve();
  #before: { readonly visible: number; readonly at: number } | undefined;
  #lastError: InstanceReport['lastError'];

  constructor(options: InstanceReporterOptions) {
    this.#options = options;
  }

  /** Something has happened, or begins. Called with every commit. */
  touch(): void {
    if (this.#isSoon || this.#hasEnded) return;
    this.#isSoon = true;
    this.#after(this.#hasBegun ? SHORTEST_PAUSE : 0);
  }

  /** Takes the report back. Idempotent. */
  async end(): Promise<void> {
    this.#hasEnded = true;
    this.#cancel?.();
    await this.#writing;
    if (!this.#hasBegun) return;
    this.#hasBegun = false;
    const { store, published, instance } = this.#options;
    await store.forgetInstance(published(), instance).catch(() => undefined);
  }

  #after(milliseconds: number): void {
    this.#cancel?.();
    this.#cancel = this.#options.timers.after(milliseconds, () => {
      this.#writing = this.#writing.then(() => this.#report());
    });
  }

  async #report(): Promise<void> {
    const isFirst = !this.#hasBegun;
    this.#hasBegun = true;
    this.#isSoon = false;
    // A store that cannot be written to is told by the relay, which needs it, too.
    await this.#write(isFirst).catch(() => undefined);
    this.#goOn();
  }

  #goOn(): void {
    if (!this.#hasEnded) this.#after(this.#isSoon ? SHORTEST_PAUSE : REPORTS_EVERY);
  }

  async #write(isFirst: boolean): Promise<void> {
    const { store, published } = this.#options;
    const of = published();
    if (isFirst) await this.#forgetOld(of);
    await store.recordInstance(of, this.#read());
  }

  async #forgetOld(of: Published): Promise<void> {
    const { store, now } = this.#options;
    const oldest = now().getTime() - FORGOTTEN_AFTER;
    for (const { instance, at } of await store.listInstances(of))
      if (at.getTime() < oldest) await store.forgetInstance(of, instance);
  }

  #read(): InstanceReport {
    const { instance, status, now } = this.#options;
    const { relay, twoPhase } = status();
    const at = now();
    const { state, relayed, swept, unconfirmed } = relay;
    this.#noteError(relay.error ?? twoPhase?.lastError, at);
    return {
      instance,
      at,
      relay: { state, relayed, swept, unconfirmed },
      ...(twoPhase && { twoPhase: withoutError(twoPhase) }),
      commitsPerSecond: this.#rate(relayed + swept + (twoPhase?.committed ?? 0), at.getTime()),
      ...(this.#lastError && { lastError: this.#lastError }),
    };
  }

  #rate(visible: number, at: number): number {
    const { visible: visibleBefore, at: before } = this.#before ?? { visible, at };
    this.#before = { visible, at };
    const seconds = (at - before) / 1_000;
    return seconds > 0 ? Math.round((visible - visibleBefore) / seconds) : 0;
  }

  /** The time is that of the report in which it was first seen; it stays when all is well again. */
  #noteError(error: unknown, at: Date): void {
    if (error === undefined) return;
    const { code, message } = described(error);
    if (this.#lastError?.code === code && this.#lastError.message === message) return;
    this.#lastError = { code, message, at };
  }
}

function withoutError({ lastError: _error, ...status }: TwoPhaseStatus): Omit<TwoPhaseStatus, 'lastError'> {
  return status;
}

function described(error: unknown): { readonly code: string; readonly message: string } {
  const code: unknown = typeof error === 'object' && error !== null && 'code' in error && error.code;
  return { code: typeof code === 'string' ? code : 'unknown', message: messageOf(error) };
}
