import { DomainRuleError, Event } from '@varve/eventstore';
import { Aggregate, AggregateRoot, When } from '@varve/eventstore/nest';

@Event('order.placed')
export class OrderPlaced {
  constructor(readonly total: number) {}
}

@Event('order.paid')
export class OrderPaid {
  constructor(readonly amount: number) {}
}

@Aggregate({ category: 'order' })
export class Order extends AggregateRoot {
  private total = 0;
  private isPaid = false;

  constructor(readonly id: string) {
    super();
  }

  place(total: number): void {
    this.apply(new OrderPlaced(total));
  }

  pay(): void {
    if (this.isPaid) throw new DomainRuleError('paid-once', `Order ${this.id} is paid already.`);
    this.apply(new OrderPaid(this.total));
  }

  @When(OrderPlaced)
  protected placed(event: OrderPlaced): void {
    this.total = event.total;
  }

  @When('order.paid')
  protected paid(): void {
    this.isPaid = true;
  }
}
