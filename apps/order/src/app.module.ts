import { Module, type DynamicModule } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { BusModule, LogEndpointModule, type BusPublicationOptions } from '@varve/bus/nest';
import { ContextModule, EventStoreModule } from '@varve/eventstore/nest';
import { OrderConfigModule, getOrderConfigToken } from './config/order-config.module.js';
import type { OrderConfig } from './config/order-config.js';
import { FlashSaleModule } from './flash-sale/flash-sale.module.js';
import { HttpModule } from './http/http.module.js';
import { callerOf } from './http/request-conditions.js';

@Module({
  imports: [
    OrderConfigModule,
    CqrsModule.forRoot(),
    ContextModule.forRoot({ actor: callerOf }),
    EventStoreModule.forRootAsync({
      inject: [getOrderConfigToken()],
      useFactory: ({ log }: OrderConfig) => log,
    }),
    BusModule.forRootAsync({
      inject: [getOrderConfigToken()],
      useFactory: (config: OrderConfig) => ({
        ...config.bus,
        ...(config.bus.topics && { groupPrefix: config.bus.topics.prefix }),
        publication: publicationOf(config),
      }),
    }),
    HttpModule,
    FlashSaleModule,
  ],
})
export class AppModule {}

/** The app as a server: whoever knows the token, if there is one, may read the log at `/log`. */
export function serverModule({ logToken }: Pick<OrderConfig, 'logToken'>): DynamicModule {
  const imports = logToken === undefined ? [] : [LogEndpointModule.forRoot({ path: 'log', token: logToken })];
  return { module: AppModule, imports };
}

function publicationOf(config: OrderConfig): BusPublicationOptions {
  const { publication, sweepAfter, fenceAfter } = config;
  return {
    // Whoever wants to know what became of a command asks this shop.
    categories: { order: publication, command: 'none' },
    ...publicationStoreOf(config),
    ...(sweepAfter !== undefined && { sweepAfter }),
    ...(fenceAfter !== undefined && { fenceAfter }),
  };
}

/** Beside the log, unless a file is named. */
function publicationStoreOf({ log, publicationFile }: OrderConfig): Pick<BusPublicationOptions, 'store'> {
  if (publicationFile !== undefined) return { store: { sqlite: { file: publicationFile } } };
  return 'mongodb' in log ? { store: { mongodb: log.mongodb } } : {};
}
