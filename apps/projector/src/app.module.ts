import { Module, type DynamicModule } from '@nestjs/common';
import { BusModule } from '@varve/bus/nest';
import { EventStoreModule } from '@varve/eventstore/nest';
import { ProjectionsModule } from '@varve/projections/nest';
import { projectionsOf } from './config/projections-of.js';
import type { ProjectorConfig } from './config/projector-config.js';
import { ORDER_EVENTS } from './events.js';
import { funnelProjection } from './funnel/funnel.projection.js';
import { HttpModule } from './http/http.module.js';
import { ordersProjection } from './orders/orders.projection.js';
import { DailyRevenue } from './revenue/daily-revenue.projection.js';

/** The app as it is configured: with an event store of its own only where the log is a file. */
export function projectorModule(config: ProjectorConfig): DynamicModule {
  const { log, bus, ordersVersion } = config;
  return {
    module: ProjectorModule,
    imports: [
      ...('file' in log ? [EventStoreModule.forRoot({ sqlite: log, events: ORDER_EVENTS })] : []),
      BusModule.forRoot(bus),
      ProjectionsModule.forRoot(projectionsOf(config)),
      ProjectionsModule.forFeature([ordersProjection(ordersVersion), DailyRevenue, funnelProjection]),
      HttpModule,
    ],
  };
}

@Module({})
class ProjectorModule {}
