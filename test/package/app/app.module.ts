import { Module, type DynamicModule } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { BusModule, type BusPublicationOptions } from '@varve/bus/nest';
import { InMemoryPublicationStore } from '@varve/bus/testing';
import { EventStoreModule } from '@varve/eventstore/nest';
import { InMemoryEventStore } from '@varve/eventstore/testing';
import { ProjectionsModule } from '@varve/projections/nest';
import { Order, OrderPaid } from './order.js';
import { OrdersController } from './orders.controller.js';
import { OrdersHeard } from './orders.subscriber.js';
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
        BusModule.forRoot({ memory: {}, publication: publication(folder) }),
        BusModule.forFeature([OrdersHeard]),
        ...(folder ? readModels(`${folder}/read-models.db`) : []),
      ],
      controllers: [OrdersController],
    };
  }
}

/** In two phases; what is remembered of it is beside the log, if that is a file. */
function publication(folder: string | undefined): BusPublicationOptions {
  return {
    categories: { order: 'two-phase' },
    ...(folder ? {} : { store: () => new InMemoryPublicationStore() }),
  };
}

function readModels(file: string): DynamicModule[] {
  return [
    ProjectionsModule.forRoot({ sqlite: { file }, start: false }),
    ProjectionsModule.forFeature([OrdersProjection]),
  ];
}
