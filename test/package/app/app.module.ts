import { Module, type DynamicModule } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { EventStoreModule, type EventStoreOptions } from '@varve/eventstore/nest';
import { Order, OrderPaid } from './order.js';
import { OrdersController } from './orders.controller.js';

@Module({})
export class AppModule {
  static forRoot(log: EventStoreOptions): DynamicModule {
    return {
      module: AppModule,
      imports: [
        CqrsModule.forRoot(),
        EventStoreModule.forRoot({ ...log, events: [OrderPaid] }),
        EventStoreModule.forFeature([Order]),
      ],
      controllers: [OrdersController],
    };
  }
}
