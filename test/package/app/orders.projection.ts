import type { RecordedEvent } from '@varve/eventstore';
import { On, Projection } from '@varve/projections/nest';
import type { SqliteTransaction } from '@varve/projections/sqlite';
import { OrderPlaced } from './order.js';

@Projection({ name: 'orders', version: 1, order: 'stream' })
export class OrdersProjection {
  setup(tx: SqliteTransaction): void {
    tx.exec('CREATE TABLE {orders} (stream TEXT PRIMARY KEY, total INTEGER NOT NULL, paid INTEGER NOT NULL)');
  }

  @On(OrderPlaced)
  placed(event: RecordedEvent<OrderPlaced>, tx: SqliteTransaction): void {
    tx.run('INSERT INTO {orders} VALUES (?, ?, 0)', event.stream, event.data.total);
  }

  @On('order.paid')
  paid(event: RecordedEvent, tx: SqliteTransaction): void {
    tx.run('UPDATE {orders} SET paid = 1 WHERE stream = ?', event.stream);
  }
}
