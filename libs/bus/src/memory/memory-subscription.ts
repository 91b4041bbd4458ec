import type { WireMessage } from '../message/wire-message.js';
import type { Delivering } from '../transport/delivering.js';
import type { Settlement } from '../transport/settle.js';
import type { Subscription, SubscriptionStatus } from '../transport/subscription.js';
import type { MemoryBroker } from './memory-broker.js';
import type { MemoryGroup } from './memory-group.js';

export class MemorySubscription implements Subscription {
  #isPaused = false;
  #isClosed = false;
  #inHand = 0;
  #closing: Promise<void> | undefined;
  #drained: (() => void) | undefined;

  constructor(
    readonly delivering: Delivering,
    private readonly members: MemoryGroup,
    private readonly broker: MemoryBroker,
    private readonly closed: (subscription: MemorySubscription) => void,
  ) {}

  get group(): string {
    return this.members.name;
  }

  get hasRoom(): boolean {
    return !this.#isPaused && !this.#closing && this.#inHand < this.delivering.settings.maxInFlight;
  }

  status(): SubscriptionStatus {
    return { state: this.#state(), ...this.delivering.counts };
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    this.members.wake();
  }

  close(): Promise<void> {
    this.#closing ??= this.#drain();
    return this.#closing;
  }

  /** As when the process is killed. */
  crash(): void {
    this.#isClosed = true;
    this.#closing ??= Promise.resolve();
    this.members.lose(this);
  }

  handle(wire: WireMessage, attempt: number, signal: AbortSignal): Promise<Settlement> {
    this.#inHand += 1;
    return this.delivering.deliver(wire, { attempt, signal });
  }

  /** One message less in hand. */
  handled(): void {
    this.#inHand -= 1;
    if (this.#inHand === 0) this.#drained?.();
  }

  async #drain(): Promise<void> {
    if (this.#inHand > 0) await new Promise<void>((resolve) => (this.#drained = resolve));
    this.members.leave(this);
    this.#isClosed = true;
    this.closed(this);
  }

  #state(): SubscriptionStatus['state'] {
    if (this.#isClosed) return 'closed';
    if (!this.broker.isUp) return 'unavailable';
    return this.#isPaused ? 'paused' : 'running';
  }
}
