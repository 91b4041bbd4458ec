import { DomainRuleError, SnapshotStrategy } from '@varve/eventstore';
import { Aggregate, AggregateRoot, When, type Snapshotted } from '@varve/eventstore/nest';
import { OrderPlaced, orderPaid } from './shop.js';

@Aggregate({ category: 'order', snapshots: SnapshotStrategy.everyEvents(2), revision: '1' })
export class Order extends AggregateRoot implements Snapshotted {
  cents = 0;
  isPaid = false;

  constructor(readonly id: string) {
    super();
  }

  place(cents: number): void {
    this.apply(new OrderPlaced(this.id, cents));
  }

  pay(): void {
    if (this.isPaid) throw new DomainRuleError('paid-once', `Order ${this.id} is paid already.`);
    this.apply(orderPaid.create({ cents: this.cents }));
  }

  @When(OrderPlaced)
  protected placed({ cents }: OrderPlaced): void {
    this.cents = cents;
  }

  @When(orderPaid)
  protected paid(): void {
    this.isPaid = true;
  }

  toSnapshot() {
    return { cents: this.cents, isPaid: this.isPaid };
  }

  fromSnapshot({ cents, isPaid }: { cents: number; isPaid: boolean }): void {
    this.cents = cents;
    this.isPaid = isPaid;
  }
}
