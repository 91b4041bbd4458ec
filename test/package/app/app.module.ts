import { Module, type DynamicModule } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { EventStoreModule } from '@varve/eventstore/nest';
import { InMemoryEventStore } from '@varve/eventstore/testing';
import { ProjectionsModule } from '@varve/projections/nest';
import { Order, OrderPaid } from './order.js';
import { OrdersController } from './orders.controller.js';
import { OrdersProjection } from './orders.projection.js';

@Module({})
export class AppModule {
  /** On SQLite files in the folder, or without one in memory and without read models. */
  static forRoot(folder: string | undefined): DynamicModule {
    const log = folder ? { sqlite: { file: `${folder}/log.db` } } : { store: new InMemoryEventStore() };
    return {
      module: AppModule,
      imports: [
        CqrsModule.forRoot(),
        EventStoreModule.forRoot({ ...log, events: [OrderPaid] }),
        EventStoreModule.forFeature([Order]),
        ...(folder ? readModels(`${folder}/read-models.db`) : []),
      ],
      controllers: [OrdersController],
    };
  }
}

function readModels(file: string): DynamicModule[] {
  return [
    ProjectionsModule.forRoot({ sqlite: { file }, start: false }),
    ProjectionsModule.forFeature([OrdersProjection]),
  ];
}
