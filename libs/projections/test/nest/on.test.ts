import type { RecordedEvent } from '@varve/eventstore';
import { On } from '@varve/projections/nest';
import type { SqliteTransaction } from '@varve/projections/sqlite';
import { expect, test } from 'vitest';
import { orderPaid, OrderPlaced } from './shop.js';

test('@On checks that the method takes its events, by class, definition or several of them', () => {
  class Handlers {
    @On(OrderPlaced)
    placed({ data }: RecordedEvent<OrderPlaced>, tx: SqliteTransaction): string {
      return data.customer + tx.table('customers');
    }

    @On(orderPaid)
    paid({ data }: RecordedEvent<{ cents: number }>): number {
      return data.cents;
    }

    @On(OrderPlaced, orderPaid)
    both({ data }: RecordedEvent<OrderPlaced | { cents: number }>): number {
      return data.cents;
    }

    @On('order.named')
    named({ data }: RecordedEvent<{ whatever: string }>): string {
      return data.whatever;
    }

    @On(OrderPlaced)
    anything(_event: RecordedEvent): void {}

    @On(OrderPlaced)
    nothing(): void {}

    // @ts-expect-error a placed order has no such data
    @On(OrderPlaced)
    wrongClass({ data }: RecordedEvent<{ carrier: string }>): string {
      return data.carrier;
    }

    // @ts-expect-error a payment has no customer
    @On(orderPaid)
    wrongDefinition({ data }: RecordedEvent<OrderPlaced>): string {
      return data.customer;
    }

    // @ts-expect-error it takes only one of the two
    @On(OrderPlaced, orderPaid)
    onlyOne({ data }: RecordedEvent<OrderPlaced>): string {
      return data.customer;
    }
  }
  expect(new Handlers()).toBeDefined();
});
