import { sleep, type Timers } from '@varve/eventstore';
import type { ConsumerClient } from '../client/consumer-client.js';
import type { ReceivedMessage } from '../client/received-message.js';
import { faultOf, isStaleHandle } from '../error-codes.js';

export interface HoldingOptions {
  readonly client: ConsumerClient;
  readonly timers: Timers;
  /** Milliseconds for which the server has hidden it, and hides it again. */
  readonly invisibleDuration: number;
  /** Aborted when the subscription is being closed: then nothing is tried for long. */
  readonly closing: AbortSignal;
  readonly onTrouble: (what: string, error: unknown) => void;
}

/** A third: two renewals may fail before the message is given to somebody else. */
const RENEWALS = 3;
const SETTLE_AGAIN_AFTER = 200;

/** A message in hand: hidden from others for as long as that takes. */
export class HeldMessage {
  readonly #options: HoldingOptions;
  readonly #lost = new AbortController();
  #hiddenSince = performance.now();
  #cancelRenewal: () => void = () => undefined;
  #renewing: Promise<void> = Promise.resolve();
  #isSettling = false;

  constructor(
    readonly message: ReceivedMessage,
    options: HoldingOptions,
  ) {
    this.#options = options;
    this.#renewLater();
  }

  /** Aborted when the message may have been given to somebody else. */
  get signal(): AbortSignal {
    return this.#lost.signal;
  }

  /** Also of one that was lost: if nobody has been given it yet, nobody is. */
  acknowledge(): Promise<boolean> {
    return this.#settle((client) => client.acknowledge(this.message));
  }

  /** Lets anybody have it, after so many milliseconds. */
  async giveBack(delay: number): Promise<boolean> {
    return !this.signal.aborted && this.#settle((client) => client.hide(this.message, delay));
  }

  async giveUp(): Promise<boolean> {
    return !this.signal.aborted && this.#settle((client) => client.giveUp(this.message));
  }

  /** `false`: the server has not taken it, and the message comes again. */
  async #settle(tell: (client: ConsumerClient) => Promise<void>): Promise<boolean> {
    this.#isSettling = true;
    this.#cancelRenewal();
    await this.#renewing;
    for (;;) {
      try {
        await tell(this.#options.client);
        return true;
      } catch (error) {
        if (isStaleHandle(error)) return false;
        if (!this.#isWorthAnotherTry(error)) {
          this.#options.onTrouble('settling a message, which will come again', error);
          return false;
        }
        await sleep(this.#options.timers, SETTLE_AGAIN_AFTER, this.#options.closing);
      }
    }
  }

  #isWorthAnotherTry(error: unknown): boolean {
    const fault = faultOf(error);
    const isTemporary = fault === 'unreachable' || fault === 'no-answer' || fault === 'busy';
    return isTemporary && !this.#options.closing.aborted && this.#millisecondsLeft > 0;
  }

  get #millisecondsLeft(): number {
    return this.#hiddenSince + this.#options.invisibleDuration - performance.now();
  }

  #renewLater(): void {
    const { timers, invisibleDuration } = this.#options;
    this.#cancelRenewal = timers.after(invisibleDuration / RENEWALS, () => {
      this.#renewing = this.#renew();
    });
  }

  async #renew(): Promise<void> {
    const { client, invisibleDuration, onTrouble } = this.#options;
    const asked = performance.now();
    try {
      await client.hide(this.message, invisibleDuration);
      this.#hiddenSince = asked;
    } catch (error) {
      if (isStaleHandle(error) || this.#millisecondsLeft <= 0) {
        this.#lost.abort(error);
        return;
      }
      onTrouble('keeping a message that is being handled', error);
    }
    if (!this.#isSettling) this.#renewLater();
  }
}
