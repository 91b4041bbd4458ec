import { Aggregate, AggregateRoot, When } from '@varve/eventstore/nest';
import { sumOf, totalOf } from './amounts.js';
import {
  OrderCancelled,
  OrderDelivered,
  OrderPaid,
  OrderPlaced,
  OrderRefunded,
  OrderShipped,
} from './events.js';
import type { OrderItem, Payment } from './events.js';
import { refusal } from './rules.js';

export type OrderStatus = 'placed' | 'paid' | 'shipped' | 'delivered' | 'cancelled';

export interface OrderContents {
  readonly customerId: string;
  readonly items: readonly OrderItem[];
  /** What the customer was shown; checked against the items where it is given. */
  readonly totalCents?: number | undefined;
}

export interface OrderView {
  readonly orderId: string;
  readonly customerId: string;
  readonly status: OrderStatus;
  readonly items: readonly OrderItem[];
  readonly totalCents: number | null;
  readonly payments: readonly Payment[];
  readonly trackingCode: string | null;
}

/** What a taken-over order is known to contain: `items` may not have been told. */
export interface TakenOverContents {
  readonly customerId: string;
  readonly items: readonly OrderItem[] | undefined;
}

/** The shop's rules. Every method decides on the past of one order, and records what follows or refuses. */
@Aggregate({ category: 'order' })
export class Order extends AggregateRoot {
  #status: OrderStatus | undefined;
  #placed: OrderPlaced | undefined;
  #paid: OrderPaid | undefined;
  #trackingCode: string | null = null;

  constructor(readonly id: string) {
    super();
  }

  /** What can be seen of the order; `undefined` before it is placed. */
  get view(): OrderView | undefined {
    if (!this.#status || !this.#placed) return undefined;
    const { customerId, items, totalCents } = this.#placed;
    return {
      orderId: this.id,
      customerId,
      status: this.#status,
      items,
      totalCents,
      payments: this.#paid?.payments ?? [],
      trackingCode: this.#trackingCode,
    };
  }

  place({ customerId, items, totalCents }: OrderContents): void {
    this.#assertNotPlaced();
    if (items.length === 0) throw refusal('without-items', 'An order has at least one item.');
    const total = totalOf(items);
    if (totalCents !== undefined && totalCents !== total) {
      throw refusal(
        'total-differs-from-items',
        `The items come to ${total} cents, not to ${totalCents}. Show the customer the new total and place the order again.`,
      );
    }
    this.apply(new OrderPlaced(this.id, customerId, items, total));
  }

  /** An order that another system has accepted: it is not for us to refuse it because that system did not say what is in it. */
  takeOver({ customerId, items }: TakenOverContents): void {
    this.#assertNotPlaced();
    this.apply(new OrderPlaced(this.id, customerId, items ?? [], items ? totalOf(items) : null));
  }

  pay(payments: readonly Payment[]): void {
    this.#assertPayable();
    if (payments.length === 0) throw refusal('without-payment', 'A payment has at least one part.');
    const amount = sumOf(payments);
    const total = this.#totalCents;
    if (total !== null && amount !== total) {
      throw refusal(
        'payment-differs-from-total',
        `Order ${this.id} costs ${total} cents; the payments come to ${amount}. Pay the whole, in one or several parts.`,
      );
    }
    this.apply(new OrderPaid(this.id, amount, payments));
  }

  /** Another system says that the order is paid, and not how much. Where we know the total, it was paid: that is what paid means. */
  confirmPayment(): void {
    this.#assertPayable();
    const total = this.#totalCents;
    const payments: Payment[] = total === null ? [] : [{ method: 'not_told', amountCents: total }];
    this.apply(new OrderPaid(this.id, total, payments));
  }

  ship(trackingCode: string | null): void {
    this.#assertOpen();
    this.#assertNotShipped();
    if (this.#status !== 'paid') {
      throw refusal('not-paid', `Order ${this.id} is not paid and is not shipped before it is.`);
    }
    this.apply(new OrderShipped(this.id, trackingCode));
  }

  deliver(): void {
    this.#assertOpen();
    if (this.#status === 'delivered') {
      throw refusal('already-delivered', `Order ${this.id} was delivered before.`);
    }
    if (this.#status !== 'shipped') {
      throw refusal('not-shipped', `Order ${this.id} was not shipped, so it cannot be delivered.`);
    }
    this.apply(new OrderDelivered(this.id));
  }

  cancel(reason: string): void {
    this.#assertOpen();
    this.#assertNotShipped();
    this.apply(new OrderCancelled(this.id, reason));
    if (this.#paid) this.apply(new OrderRefunded(this.id, this.#paid.amountCents));
  }

  @When(OrderPlaced)
  protected onPlaced(event: OrderPlaced): void {
    this.#status = 'placed';
    this.#placed = event;
  }

  @When(OrderPaid)
  protected onPaid(event: OrderPaid): void {
    this.#status = 'paid';
    this.#paid = event;
  }

  @When(OrderShipped)
  protected onShipped(event: OrderShipped): void {
    this.#status = 'shipped';
    this.#trackingCode = event.trackingCode;
  }

  @When(OrderDelivered)
  protected onDelivered(): void {
    this.#status = 'delivered';
  }

  @When(OrderCancelled)
  protected onCancelled(): void {
    this.#status = 'cancelled';
  }

  /** No rule asks whether a cancelled order was refunded: both are in one commit. */
  @When(OrderRefunded)
  protected onRefunded(): void {}

  get #totalCents(): number | null {
    return this.#placed?.totalCents ?? null;
  }

  #assertNotPlaced(): void {
    if (this.#status) throw refusal('already-placed', `Order ${this.id} was placed before.`);
  }

  #assertPayable(): void {
    this.#assertOpen();
    if (this.#status !== 'placed') {
      throw refusal('already-paid', `Order ${this.id} was paid before and is not paid twice.`);
    }
  }

  /** There is such an order, and it was not cancelled. */
  #assertOpen(): void {
    if (!this.#status) throw refusal('not-placed', `There is no order ${this.id}.`);
    if (this.#status === 'cancelled') {
      throw refusal('already-cancelled', `Order ${this.id} was cancelled; nothing more happens to it.`);
    }
  }

  #assertNotShipped(): void {
    if (this.#status !== 'shipped' && this.#status !== 'delivered') return;
    throw refusal(
      'already-shipped',
      `Order ${this.id} is ${this.#status}: it can be returned, but not stopped.`,
    );
  }
}
