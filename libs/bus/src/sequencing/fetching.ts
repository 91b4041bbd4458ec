import type { FeedStatus } from '@varve/eventstore';
import { keepSubscribed } from '../transport/keep-subscribed.js';
import type { DeliveriesHandler, MessageHandler, Subscription } from '../transport/subscription.js';
import type { SequencerSettings } from './sequencer-options.js';

/** `outage`: the processor's log or store. `log`: a gap could not be read. `bytes`: too much is in hand. */
export type PauseReason = 'outage' | 'log' | 'bytes';

/** The subscription, which fetches as long as nobody has a reason against it. */
export class Fetching {
  readonly #subscription: Subscription;
  readonly #reasons = new Set<PauseReason>();
  #hasRun = false;

  constructor(settings: SequencerSettings, handler: MessageHandler, many: DeliveriesHandler) {
    const { bus, topics, group, maxHeld, startFrom, onPoison, timers, random, onNotice } = settings;
    this.#subscription = keepSubscribed(
      bus,
      {
        topics,
        group,
        startFrom,
        onPoison,
        // Numbers tell the order, and a commit that waits for another must not hold up its lane.
        order: 'none',
        maxInFlight: maxHeld,
        onFailure: 'retry-for-ever',
      },
      handler,
      { timers, random, onNotice, many },
    );
  }

  get state(): FeedStatus['state'] {
    const { state } = this.#subscription.status();
    if (state === 'running') this.#hasRun = true;
    if (state === 'closed') return 'closed';
    if (state === 'unavailable')
      return this.#hasRun || this.lastError !== undefined ? 'unavailable' : 'opening';
    return this.#reasons.size > 0 ? 'paused' : 'running';
  }

  get lastError(): unknown {
    return this.#subscription.status().lastError;
  }

  pause(reason: PauseReason): void {
    if (this.#reasons.size === 0) this.#subscription.pause();
    this.#reasons.add(reason);
  }

  resume(reason: PauseReason): void {
    if (this.#reasons.delete(reason) && this.#reasons.size === 0) this.#subscription.resume();
  }

  close(): Promise<void> {
    return this.#subscription.close();
  }
}
