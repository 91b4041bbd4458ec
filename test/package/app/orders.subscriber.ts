import { OnMessage, Subscriber, type EventContext } from '@varve/bus/nest';
import { OrderPaid, OrderPlaced } from './order.js';

@Subscriber({ group: 'listeners', categories: ['order'] })
export class OrdersHeard {
  readonly heard: string[] = [];

  @OnMessage(OrderPlaced)
  placed({ total }: OrderPlaced, { event }: EventContext): void {
    this.heard.push(`${event.stream} placed for ${total}`);
  }

  @OnMessage(OrderPaid)
  paid(_paid: OrderPaid, { event }: EventContext): void {
    this.heard.push(`${event.stream} paid`);
  }
}
