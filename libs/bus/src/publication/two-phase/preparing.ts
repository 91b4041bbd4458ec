import type { LogId, Timers } from '@varve/eventstore';
import type { Message } from '../../message/message.js';
import { BrokerUnavailableError, isBusError } from '../../transport/errors.js';
import type { PreparedMessage, TwoPhaseBus } from '../../transport/two-phase-bus.js';
import { within } from '../../transport/within.js';
import type { PublicationListener } from '../publication-events.js';
import type { PublicationPlan } from '../publication-plan.js';
import { halfMessage, type IntendedCommit } from './half-message.js';
import { Reachability } from './reachability.js';

/** What happens to a command when the broker cannot be reached before its append. */
export type WhenUnreachable = 'append-and-sweep' | 'refuse';

export interface PreparingOptions {
  readonly bus: TwoPhaseBus;
  readonly plan: PublicationPlan;
  readonly logId: () => LogId;
  /** Resolves when the broker knows whom to ask. */
  readonly answering: () => Promise<void>;
  readonly whenUnreachable: WhenUnreachable;
  readonly prepareTimeout: number;
  readonly clock: () => number;
  readonly now: () => Date;
  readonly timers: Timers;
  readonly announce: PublicationListener;
}

export interface HalfMessage {
  readonly message: Message;
  readonly prepared: PreparedMessage;
}

/** Gets half messages to the broker. */
export class Preparing {
  readonly #options: PreparingOptions;
  readonly #reachability: Reachability;

  constructor(options: PreparingOptions) {
    this.#options = options;
    this.#reachability = new Reachability(options.clock);
  }

  /**
   * `undefined`: the broker cannot be reached, and the commit is left to the sweep.
   *
   * @throws BrokerUnavailableError, PublishNotConfirmedError when the command is to be refused then
   * @throws BrokerRefusedError somebody must change something first; nothing is appended until then
   */
  async prepare(commit: IntendedCommit): Promise<HalfMessage | undefined> {
    const isRefusing = this.#options.whenUnreachable === 'refuse';
    if (!isRefusing && !this.#reachability.mayAsk()) {
      this.#unreachable(commit, this.#reachability.lastError);
      return undefined;
    }
    const preparing = this.#prepare(commit);
    try {
      const half = await this.#inTime(preparing);
      this.#reachability.answered();
      return half;
    } catch (error) {
      if (!isUnreachable(error)) throw error;
      this.#reachability.failed(error);
      if (isRefusing) void rollBackLate(preparing);
      this.#unreachable(commit, error);
      return undefined;
    }
  }

  #unreachable({ stream, commitId }: IntendedCommit, error: unknown): void {
    const { plan, announce, whenUnreachable } = this.#options;
    const then = whenUnreachable === 'refuse' ? 'refused' : 'appended';
    announce({ kind: 'unreachable', topic: plan.topicOf(stream), stream, commitId, then, error });
    if (then === 'refused') throw error;
  }

  async #prepare(commit: IntendedCommit): Promise<HalfMessage> {
    const { bus, plan } = this.#options;
    await this.#options.answering();
    if (plan.pointers === 'always') return this.#preparePointer(commit);
    const message = this.#message(commit, false);
    try {
      return { message, prepared: await bus.prepare(message) };
    } catch (error) {
      if (isBusError(error, 'message-too-large')) return this.#preparePointer(commit);
      throw error;
    }
  }

  async #preparePointer(commit: IntendedCommit): Promise<HalfMessage> {
    const { bus, announce } = this.#options;
    const message = this.#message(commit, true);
    const prepared = await bus.prepare(message);
    announce({ kind: 'sent-as-pointer', stream: commit.stream, firstVersion: commit.firstVersion });
    return { message, prepared };
  }

  #message(commit: IntendedCommit, pointer: boolean): Message {
    const { plan, logId, now } = this.#options;
    return halfMessage(commit, { logId: logId(), plan, pointer, now: now() });
  }

  #inTime<T>(work: Promise<T>): Promise<T> {
    const { prepareTimeout, timers, bus } = this.#options;
    const late = `${bus.description} took no half message within ${prepareTimeout} ms.`;
    return within(timers, prepareTimeout, work, () => new BrokerUnavailableError(late));
  }
}

/** For a refused command nothing is ever appended. Were it left, the broker's question would fence the id, and with it the command's next try. */
async function rollBackLate(preparing: Promise<HalfMessage>): Promise<void> {
  try {
    const { prepared } = await preparing;
    await prepared.rollback();
  } catch {
    // It never arrived, or the broker asks.
  }
}

function isUnreachable(error: unknown): boolean {
  return isBusError(error, 'broker-unavailable') || isBusError(error, 'publish-not-confirmed');
}
