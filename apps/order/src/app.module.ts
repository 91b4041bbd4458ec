import { Module } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { BusModule } from '@varve/bus/nest';
import { ContextModule, EventStoreModule } from '@varve/eventstore/nest';
import { OrderConfigModule, getOrderConfigToken } from './config/order-config.module.js';
import type { OrderConfig } from './config/order-config.js';
import { HttpModule } from './http/http.module.js';
import { callerOf } from './http/request-conditions.js';

@Module({
  imports: [
    OrderConfigModule,
    CqrsModule.forRoot(),
    ContextModule.forRoot({ actor: callerOf }),
    EventStoreModule.forRootAsync({
      inject: [getOrderConfigToken()],
      useFactory: ({ logFile, durability }: OrderConfig) => ({ sqlite: { file: logFile, durability } }),
    }),
    BusModule.forRootAsync({
      inject: [getOrderConfigToken()],
      useFactory: ({ bus, publication }: OrderConfig) => ({
        ...bus,
        publication: { categories: { order: publication } },
      }),
    }),
    HttpModule,
  ],
})
export class AppModule {}
