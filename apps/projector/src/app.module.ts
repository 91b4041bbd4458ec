import { Module } from '@nestjs/common';
import { EventStoreModule } from '@varve/eventstore/nest';
import { ProjectionsModule } from '@varve/projections/nest';
import { PROJECTOR_CONFIG, ProjectorConfigModule } from './config/projector-config.module.js';
import { readProjectorConfig, type ProjectorConfig } from './config/projector-config.js';
import { ORDER_EVENTS } from './events.js';
import { funnelProjection } from './funnel/funnel.projection.js';
import { HttpModule } from './http/http.module.js';
import { ordersProjection } from './orders/orders.projection.js';
import { DailyRevenue } from './revenue/daily-revenue.projection.js';

@Module({
  imports: [
    ProjectorConfigModule,
    EventStoreModule.forRootAsync({
      inject: [PROJECTOR_CONFIG],
      useFactory: ({ logFile }: ProjectorConfig) => ({ sqlite: { file: logFile }, events: ORDER_EVENTS }),
    }),
    ProjectionsModule.forRootAsync({
      inject: [PROJECTOR_CONFIG],
      useFactory: ({ readModelsFile, leaseDuration }: ProjectorConfig) => ({
        sqlite: { file: readModelsFile },
        leaseDuration,
      }),
    }),
    ProjectionsModule.forFeature([
      ordersProjection(readProjectorConfig(process.env).ordersVersion),
      DailyRevenue,
      funnelProjection,
    ]),
    HttpModule,
  ],
})
export class AppModule {}
