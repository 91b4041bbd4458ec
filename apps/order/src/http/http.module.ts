import { Module, RequestMethod } from '@nestjs/common';
import type { MiddlewareConsumer, NestModule } from '@nestjs/common';
import { APP_FILTER, APP_PIPE } from '@nestjs/core';
import { TerminusModule } from '@nestjs/terminus';
import { OrderModule } from '../order/order.module.js';
import { HealthController } from './health.controller.js';
import { JsonBodyMiddleware } from './json-body.middleware.js';
import { OrdersController } from './orders.controller.js';
import { ProblemDetailsFilter } from './problem-details.filter.js';
import { SchemaValidationPipe } from './schema-validation.pipe.js';

@Module({
  imports: [OrderModule, TerminusModule.forRoot({ logger: false })],
  controllers: [OrdersController, HealthController],
  providers: [
    { provide: APP_FILTER, useClass: ProblemDetailsFilter },
    { provide: APP_PIPE, useClass: SchemaValidationPipe },
  ],
})
export class HttpModule implements NestModule {
  configure(consumer: MiddlewareConsumer): void {
    consumer.apply(JsonBodyMiddleware).forRoutes({ path: 'orders{/*path}', method: RequestMethod.POST });
  }
}
