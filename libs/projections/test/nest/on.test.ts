import { defineEvent, type RecordedEvent } from '@varve/eventstore';
import { EventStoreModule } from '@varve/eventstore/nest';
import { InMemoryEventStore } from '@varve/eventstore/testing';
import { On, Projection, ProjectionsModule } from '@varve/projections/nest';
import type { SqliteTransaction } from '@varve/projections/sqlite';
import { expect, test } from 'vitest';
import { orderPaid, OrderPlaced, partsOf, READ_MODELS, start } from './shop.js';

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

/** As tracing, caching and retries by decorator do. */
function wrapped(_target: object, _method: string | symbol, descriptor: PropertyDescriptor): void {
  const original = descriptor.value as (...given: unknown[]) => unknown;
  descriptor.value = function (this: unknown, ...given: unknown[]): unknown {
    return original.apply(this, given);
  };
}

test('no @On is lost: several on a method, below other decorators, on a symbol, on what is overridden', async () => {
  const hidden = Symbol('hidden');
  class Base {
    @On('named')
    named(): void {}
  }
  @Projection({ name: 'all', version: 1, order: 'stream' })
  class All extends Base {
    readonly seen: string[] = [];

    @On('placed')
    @On('paid')
    several({ type }: RecordedEvent): void {
      this.seen.push(type);
    }

    @wrapped
    @On('shipped')
    traced({ type }: RecordedEvent): void {
      this.seen.push(type);
    }

    @On('returned')
    [hidden]({ type }: RecordedEvent): void {
      this.seen.push(type);
    }

    override named(): void {
      this.seen.push('named');
    }
  }
  const types = ['placed', 'paid', 'shipped', 'returned', 'named'];
  const events = types.map((type) => defineEvent(type));
  const store = EventStoreModule.forRoot({ store: () => new InMemoryEventStore(), events });
  const app = await start(store, READ_MODELS, ProjectionsModule.forFeature([All]));
  const { log, projector } = partsOf(app);
  await log.append(
    'order-1',
    'any',
    events.map((event) => event.create({})),
  );
  await projector.runUntilCaughtUp();
  expect(app.get(All).seen).toEqual(types);
});
