import { SnapshotStrategy, type JsonValue } from '@varve/eventstore';
import { Aggregate, AggregateRoot, When, type Snapshotted } from '@varve/eventstore/nest';
import { StockOpened, StockReserved } from './stock-events.js';
import { refusal } from './stock-rules.js';

export interface Reservation {
  readonly orderId: string;
  readonly customerId: string;
  readonly pieces: number;
}

export interface StockView {
  readonly sku: string;
  readonly pieces: number;
  readonly left: number;
}

interface StockState {
  readonly pieces: number;
  readonly reserved: number;
  readonly orderIds: readonly string[];
}

/** The pieces of one article in a flash sale, and who gets them: whoever's command is decided on first. */
@Aggregate({ category: 'stock', snapshots: SnapshotStrategy.everyEvents(20), revision: '1' })
export class Stock extends AggregateRoot implements Snapshotted {
  #pieces: number | undefined;
  #reserved = 0;
  #orderIds = new Set<string>();

  constructor(readonly sku: string) {
    super();
  }

  /** What can be seen of the sale; `undefined` before it is opened. */
  get view(): StockView | undefined {
    if (this.#pieces === undefined) return undefined;
    return { sku: this.sku, pieces: this.#pieces, left: this.#pieces - this.#reserved };
  }

  /** Opened again with as many pieces, it stays as it is. */
  open(pieces: number): void {
    if (this.#pieces === pieces) return;
    if (this.#pieces !== undefined) {
      throw refusal(
        'already-open',
        `The sale of ${this.sku} was opened with ${this.#pieces} pieces, and stays so.`,
      );
    }
    this.apply(new StockOpened(this.sku, pieces));
  }

  reserve({ orderId, customerId, pieces }: Reservation): void {
    const { view } = this;
    if (!view) throw refusal('sale-unknown', `There is no sale of ${this.sku}.`);
    if (this.#orderIds.has(orderId)) {
      throw refusal('already-reserved', `Order ${orderId} has its pieces of ${this.sku} already.`);
    }
    if (view.left === 0) throw refusal('sold-out', `${this.sku} is sold out.`);
    if (pieces > view.left) {
      throw refusal(
        'too-few-left',
        `Of ${this.sku} ${view.left} pieces are left, and ${pieces} were ordered.`,
      );
    }
    this.apply(new StockReserved(orderId, customerId, pieces));
  }

  toSnapshot(): JsonValue {
    return { pieces: this.#pieces ?? 0, reserved: this.#reserved, orderIds: [...this.#orderIds] };
  }

  fromSnapshot(state: JsonValue): void {
    const { pieces, reserved, orderIds } = state as unknown as StockState;
    this.#pieces = pieces;
    this.#reserved = reserved;
    this.#orderIds = new Set(orderIds);
  }

  @When(StockOpened)
  protected onOpened({ pieces }: StockOpened): void {
    this.#pieces = pieces;
  }

  @When(StockReserved)
  protected onReserved({ orderId, pieces }: StockReserved): void {
    this.#reserved += pieces;
    this.#orderIds.add(orderId);
  }
}
