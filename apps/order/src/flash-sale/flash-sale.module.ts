import { Module, RequestMethod } from '@nestjs/common';
import type { MiddlewareConsumer, NestModule } from '@nestjs/common';
import { CommandAnswers } from '@varve/bus';
import { BusModule } from '@varve/bus/nest';
import type { EventStore } from '@varve/eventstore';
import { EventStoreModule, getEventStoreToken } from '@varve/eventstore/nest';
import { JsonBodyMiddleware } from '../http/json-body.middleware.js';
import { CommandsController } from './commands.controller.js';
import { FlashSalesController } from './flash-sales.controller.js';
import { STOCK_COMMANDS, StockCommands } from './stock-commands.js';
import { StockCommandsSubscriber } from './stock-commands.subscriber.js';
import { Stock } from './stock.js';

const stocks = EventStoreModule.forFeature([Stock]);

@Module({
  providers: [
    {
      provide: CommandAnswers,
      inject: [getEventStoreToken()],
      useFactory: (log: EventStore) => new CommandAnswers(log),
    },
  ],
  exports: [CommandAnswers],
})
class AnswersModule {}

/** Peak shaving: orders of a flash sale are taken as fast as they come, and decided on as fast as their stock can. */
@Module({
  imports: [
    stocks,
    AnswersModule,
    BusModule.forFeature([StockCommandsSubscriber], {
      imports: [stocks, AnswersModule],
      publishes: [STOCK_COMMANDS],
    }),
  ],
  controllers: [FlashSalesController, CommandsController],
  providers: [StockCommands],
})
export class FlashSaleModule implements NestModule {
  configure(consumer: MiddlewareConsumer): void {
    const paths = { path: 'flash-sales/*path', method: RequestMethod.ALL };
    consumer.apply(JsonBodyMiddleware).forRoutes(paths);
  }
}
