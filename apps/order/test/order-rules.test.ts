import 'reflect-metadata';
import { aggregateDefinitionOf } from '@varve/eventstore/nest';
import { givenAggregate } from '@varve/eventstore/testing';
import { describe, it } from 'vitest';
import {
  OrderCancelled,
  OrderDelivered,
  OrderPaid,
  OrderPlaced,
  OrderRefunded,
  OrderShipped,
} from '../src/order/events.js';
import { Order } from '../src/order/order.js';
import type { OrderRule } from '../src/order/rules.js';

const item = { productId: 'lamp', quantity: 2, priceCents: 1_999, freightCents: 500 };
const total = 2 * 1_999 + 500;
const payment = { method: 'credit_card', amountCents: total } as const;

const placed = new OrderPlaced('o1', 'maria', [item], total);
const placedElsewhere = new OrderPlaced('o1', 'maria', [], null);
const paid = new OrderPaid('o1', total, [payment]);
const shipped = new OrderShipped('o1', null);
const delivered = new OrderDelivered('o1');
const cancelled = new OrderCancelled('o1', 'changed my mind');

const definition = aggregateDefinitionOf(Order);

const given = (...history: object[]) => ({
  when: (decide: (order: Order) => void) => {
    const outcome = givenAggregate(definition, 'o1', ...history).when(decide);
    return {
      then: (...events: object[]) => {
        outcome.then(...events);
      },
      refuses: (rule: OrderRule) => {
        outcome.thenThrows({ code: 'domain-rule-violated', rule });
      },
    };
  },
});

const place = (order: Order) => order.place({ customerId: 'maria', items: [item] });
const pay = (order: Order) => order.pay([payment]);
const ship = (order: Order) => order.ship(null);
const deliver = (order: Order) => order.deliver();
const cancel = (order: Order) => order.cancel('changed my mind');

describe('an order', () => {
  it('is placed with the total of its items', () => given().when(place).then(placed));

  it('is paid, shipped and delivered', () => {
    given(placed).when(pay).then(paid);
    given(placed, paid)
      .when((order) => order.ship('BR1'))
      .then(new OrderShipped('o1', 'BR1'));
    given(placed, paid, shipped).when(deliver).then(delivered);
  });

  it('is paid in several parts that come to the total', () => {
    const parts = [
      { method: 'voucher', amountCents: 1_000 },
      { method: 'credit_card', amountCents: total - 1_000 },
    ] as const;
    given(placed)
      .when((order) => order.pay(parts))
      .then(new OrderPaid('o1', total, parts));
  });

  it('is refunded in the same commit when it is cancelled after payment', () =>
    given(placed, paid).when(cancel).then(cancelled, new OrderRefunded('o1', total)));

  it('is only cancelled when it was not paid', () => given(placed).when(cancel).then(cancelled));

  it('is not placed twice', () => given(placed).when(place).refuses('already-placed'));

  it('is not placed without items', () =>
    given()
      .when((order) => order.place({ customerId: 'maria', items: [] }))
      .refuses('without-items'));

  it('is not placed at a total that its items do not come to', () =>
    given()
      .when((order) => order.place({ customerId: 'maria', items: [item], totalCents: total - 1 }))
      .refuses('total-differs-from-items'));

  it('is not paid twice', () => {
    given(placed, paid).when(pay).refuses('already-paid');
    given(placed, paid, shipped, delivered).when(pay).refuses('already-paid');
  });

  it.each([total - 1, total + 1])('of %i cents too much or too little is not paid', (amountCents) =>
    given(placed)
      .when((order) => order.pay([{ method: 'boleto', amountCents }]))
      .refuses('payment-differs-from-total'),
  );

  it('is not shipped before it is paid', () => given(placed).when(ship).refuses('not-paid'));
  it('is not shipped twice', () => given(placed, paid, shipped).when(ship).refuses('already-shipped'));
  it('is not delivered before it is shipped', () => given(placed, paid).when(deliver).refuses('not-shipped'));
  it('is not delivered twice', () =>
    given(placed, paid, shipped, delivered).when(deliver).refuses('already-delivered'));

  it('is not cancelled after shipment', () => {
    given(placed, paid, shipped).when(cancel).refuses('already-shipped');
    given(placed, paid, shipped, delivered).when(cancel).refuses('already-shipped');
  });

  it.each([pay, ship, deliver, cancel])('that was cancelled sees nothing more: %o', (decide) =>
    given(placed, cancelled).when(decide).refuses('already-cancelled'),
  );

  it.each([pay, ship, deliver, cancel])('that was never placed is unknown: %o', (decide) =>
    given().when(decide).refuses('not-placed'),
  );
});

describe('an order that another system has accepted', () => {
  it('may be placed without items, at a total that nobody knows', () =>
    given()
      .when((order) => order.takeOver({ customerId: 'maria', items: undefined }))
      .then(placedElsewhere));

  it('is paid with what it was paid with, since there is nothing to compare it with', () =>
    given(placedElsewhere).when(pay).then(paid));

  it('has been paid in full when its payment is confirmed, if the total is known', () =>
    given(placed)
      .when((order) => order.confirmPayment())
      .then(new OrderPaid('o1', total, [{ method: 'not_told', amountCents: total }])));

  it('stays at an unknown amount when nobody tells it, and is refunded that', () => {
    const paidUnknown = new OrderPaid('o1', null, []);
    given(placedElsewhere)
      .when((order) => order.confirmPayment())
      .then(paidUnknown);
    given(placedElsewhere, paidUnknown).when(cancel).then(cancelled, new OrderRefunded('o1', null));
  });
});
