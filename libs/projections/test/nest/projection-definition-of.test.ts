import { EventRegistry, type RecordedEvent } from '@varve/eventstore';
import { On, Projection, projectionDefinitionOf, Reactor } from '@varve/projections/nest';
import type { SqliteTransaction } from '@varve/projections/sqlite';
import { givenProjection } from '@varve/projections/testing';
import { expect, test } from 'vitest';
import { OrderPlaced } from './shop.js';

@Projection({ name: 'sums', version: 3, order: 'stream', categories: ['order'] })
class Sums {
  constructor(private readonly factor: number) {}

  setup(tx: SqliteTransaction): void {
    tx.exec('CREATE TABLE {sums} (stream TEXT PRIMARY KEY, cents INTEGER NOT NULL)');
  }

  @On(OrderPlaced)
  placed({ stream, data }: RecordedEvent<OrderPlaced>, tx: SqliteTransaction): void {
    tx.run('INSERT INTO {sums} VALUES (?, ?)', stream, data.cents * this.factor);
  }
}

@Reactor({ name: 'mail' })
class Mail {
  @On(OrderPlaced) placed(): void {}
}

test('a class with @Projection is tested like a definition, bound to its instance', async () => {
  const definition = projectionDefinitionOf(new Sums(2));
  expect(definition).toMatchObject({ name: 'sums', version: 3, order: 'stream', categories: ['order'] });
  await givenProjection(definition, { registry: new EventRegistry([OrderPlaced]) })
    .events('order-1', new OrderPlaced('Ada', 21))
    .then({ sums: [{ stream: 'order-1', cents: 42 }] });
});

test('a reactor, and what is decorated with neither, has no projection', () => {
  expect(() => projectionDefinitionOf(new Mail())).toThrow(/Mail is a @Reactor.*Call its methods/);
  expect(() => projectionDefinitionOf(new Date())).toThrow(/Date is neither a @Projection nor a @Reactor/);
});
