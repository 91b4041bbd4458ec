import { decodeWire } from '../../message/decode-wire.js';
import { encodeWire } from '../../message/encode-wire.js';
import type {
  DeliveriesHandler,
  Delivery,
  MessageHandler,
  Subscription,
} from '../../transport/subscription.js';

/** Keeps what is handed over until the case says what becomes of it; by the batch, or one by one where the bus does only that. */
export class Tray {
  /** Not settled, by id. */
  readonly open = new Map<string, Delivery>();
  /** Each attempt at an id, as its number. */
  readonly attempts = new Map<string, number[]>();
  /** The most that were open at the same time. */
  peak = 0;
  subscription!: Subscription;

  constructor(
    readonly group: string,
    private readonly taken: (ids: readonly string[]) => void,
  ) {}

  readonly handler: MessageHandler = (message, { attempt, signal }) =>
    new Promise((done, failed) => {
      this.many([{ wire: encodeWire(message), attempt, signal, done, failed }]);
    });

  readonly many: DeliveriesHandler = (deliveries) => {
    const ids = deliveries.map((delivery) => this.#put(delivery));
    this.peak = Math.max(this.peak, this.open.size);
    this.taken(ids);
  };

  /** These, or all that is open. */
  done(...ids: readonly string[]): void {
    for (const id of ids.length > 0 ? ids : [...this.open.keys()]) this.#take(id)?.done();
  }

  fail(id: string): void {
    this.#take(id)?.failed(new Error('failed on purpose'));
  }

  #put(delivery: Delivery): string {
    const { id } = decodeWire(delivery.wire).event;
    this.open.set(id, delivery);
    this.attempts.set(id, [...(this.attempts.get(id) ?? []), delivery.attempt]);
    return id;
  }

  #take(id: string): Delivery | undefined {
    const delivery = this.open.get(id);
    this.open.delete(id);
    return delivery;
  }
}
