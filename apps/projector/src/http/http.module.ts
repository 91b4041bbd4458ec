import { Module, StandardSchemaValidationPipe } from '@nestjs/common';
import { APP_FILTER, APP_PIPE } from '@nestjs/core';
import { TerminusModule } from '@nestjs/terminus';
import { FunnelController } from './funnel.controller.js';
import { HealthController } from './health.controller.js';
import { InvalidQueryError } from './invalid-query.js';
import { OrdersController } from './orders.controller.js';
import { ProblemDetailsFilter } from './problem-details.filter.js';
import { ReadSideHealth } from './read-side.health.js';
import { RevenueController } from './revenue.controller.js';
import { StatusController } from './status.controller.js';

/** Whoever imports it provides `OrdersQueries`, `RevenueQueries` and `FunnelQueries`. */
@Module({
  imports: [TerminusModule.forRoot({ logger: false })],
  controllers: [OrdersController, RevenueController, FunnelController, StatusController, HealthController],
  providers: [
    ReadSideHealth,
    { provide: APP_FILTER, useClass: ProblemDetailsFilter },
    {
      provide: APP_PIPE,
      useFactory: () =>
        new StandardSchemaValidationPipe({ exceptionFactory: (issues) => new InvalidQueryError(issues) }),
    },
  ],
})
export class HttpModule {}
