import { Module, type ModuleMetadata } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { defineEvent, Event, type EventStore, type RecordedEvent } from '@varve/eventstore';
import { EventStoreModule, getEventStoreToken } from '@varve/eventstore/nest';
import { InMemoryEventStore } from '@varve/eventstore/testing';
import {
  getProjectorToken,
  getReadModelsToken,
  On,
  Projection,
  ProjectionsModule,
  type ProjectorHost,
} from '@varve/projections/nest';
import type { SqliteReadModels, SqliteTransaction } from '@varve/projections/sqlite';
import { afterTest } from '../../../../test/support/after-test.js';

@Event('order.placed')
export class OrderPlaced {
  constructor(
    readonly customer: string,
    readonly cents: number,
  ) {}
}

export const orderPaid = defineEvent<{ cents: number }>('order.paid');

export const EVENTS = [OrderPlaced, orderPaid];

@Projection({ name: 'customers', version: 1, order: 'stream' })
export class Customers {
  setup(tx: SqliteTransaction): void {
    tx.exec('CREATE TABLE {customers} (name TEXT PRIMARY KEY, cents INTEGER NOT NULL) STRICT');
  }

  @On(OrderPlaced)
  placed({ data }: RecordedEvent<OrderPlaced>, tx: SqliteTransaction): void {
    tx.run(
      'INSERT INTO {customers} VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET cents = cents + excluded.cents',
      data.customer,
      data.cents,
    );
  }
}

/** Fails as often as it is told to, at once. */
export const AT_ONCE = { retries: 0, firstDelay: 0, maxDelay: 0 } as const;

export const LOG = EventStoreModule.forRoot({ store: () => new InMemoryEventStore(), events: EVENTS });
export const READ_MODELS = ProjectionsModule.forRoot({ sqlite: { file: ':memory:' }, leaseDuration: 500 });

@Module({ imports: [ProjectionsModule.forFeature([Customers])] })
export class CustomersModule {}

type Imported = NonNullable<ModuleMetadata['imports']>;

const silent = (): void => undefined;
const SILENT = { log: silent, warn: silent, error: silent };

/** A real app without HTTP, initialised, closed after the test; it logs nothing. */
export async function start(...imports: Imported) {
  const app = await Test.createTestingModule({ imports }).setLogger(SILENT).compile();
  afterTest(() => app.close());
  await app.init();
  return app;
}

type App = Awaited<ReturnType<typeof start>>;

export const partsOf = (app: Pick<App, 'get'>, name?: string) => ({
  log: app.get<EventStore>(getEventStoreToken()),
  projector: app.get<ProjectorHost>(getProjectorToken(name)),
  readModels: app.get<SqliteReadModels>(getReadModelsToken(name)),
});

export async function place(log: EventStore, stream: string, customer: string, cents = 1): Promise<number> {
  const result = await log.append(stream, 'any', [{ type: 'order.placed', data: { customer, cents } }]);
  if (!result.ok) throw new Error('"any" is always met');
  return result.commit.position;
}

export interface CustomerRow {
  readonly name: string;
  readonly cents: number;
}

export function customersIn(readModels: SqliteReadModels): Promise<CustomerRow[]> {
  return readModels.query('customers', (query) =>
    query.all<CustomerRow>('SELECT * FROM {customers} ORDER BY name'),
  );
}
