import { Injectable, Module } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import {
  defineEvent,
  DomainRuleError,
  Event,
  SnapshotStrategy,
  type AggregateRepository,
  type SaveResult,
} from '@varve/eventstore';
import {
  Aggregate,
  EventStoreModule,
  AggregateRoot,
  InjectAggregateRepository,
  When,
  type Snapshotted,
} from '@varve/eventstore/nest';

@Event('order.placed')
export class OrderPlaced {
  constructor(
    readonly orderId: string,
    readonly cents: number,
  ) {}
}

@Event('order.paid')
export class OrderPaid {
  constructor(readonly cents: number) {}
}

export const orderNoted = defineEvent<{ text: string }>('order.noted');

@Aggregate({ category: 'order', snapshots: SnapshotStrategy.everyEvents(3), revision: '1' })
export class Order extends AggregateRoot implements Snapshotted {
  total = 0;
  paid = 0;
  notes: string[] = [];

  constructor(readonly id: string) {
    super();
  }

  place(cents: number): void {
    this.apply(new OrderPlaced(this.id, cents));
  }

  pay(cents: number): void {
    if (this.paid + cents > this.total) throw new DomainRuleError('paid-once', `Order ${this.id} is paid.`);
    this.apply(new OrderPaid(cents));
  }

  note(text: string): void {
    this.apply(orderNoted.create({ text }));
  }

  @When(OrderPlaced)
  protected placed({ cents }: OrderPlaced): void {
    this.total = cents;
    if (cents < 0) throw new RangeError('negative');
  }

  @When(OrderPaid)
  protected payment({ cents }: OrderPaid): void {
    this.paid += cents;
  }

  @When(orderNoted)
  protected noted({ data }: { data: { text: string } }): void {
    this.notes.push(data.text);
  }

  toSnapshot() {
    return { total: this.total, paid: this.paid, notes: this.notes };
  }

  fromSnapshot(state: ReturnType<Order['toSnapshot']>): void {
    Object.assign(this, state);
  }
}

export class PayOrder extends Command<SaveResult> {
  constructor(
    readonly orderId: string,
    readonly cents: number,
    readonly commitId?: string,
  ) {
    super();
  }
}

@CommandHandler(PayOrder)
export class PayOrderHandler implements ICommandHandler<PayOrder> {
  constructor(@InjectAggregateRepository(Order) private readonly orders: AggregateRepository<Order>) {}

  execute({ orderId, cents, commitId }: PayOrder): Promise<SaveResult> {
    return this.orders.execute(
      orderId,
      (order) => order.pay(cents),
      commitId === undefined ? {} : { commitId },
    );
  }
}

/** A plain service, as an app has them. */
@Injectable()
export class Checkout {
  constructor(@InjectAggregateRepository(Order) readonly orders: AggregateRepository<Order>) {}

  async place(id: string, cents: number): Promise<void> {
    const order = this.orders.create(id);
    order.place(cents);
    await order.commit();
  }
}

@Module({
  imports: [EventStoreModule.forFeature([Order])],
  providers: [Checkout, PayOrderHandler],
  exports: [Checkout],
})
export class SalesModule {}
