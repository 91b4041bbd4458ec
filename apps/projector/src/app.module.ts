import { Module, type DynamicModule } from '@nestjs/common';
import { BusModule } from '@varve/bus/nest';
import { EventStoreModule } from '@varve/eventstore/nest';
import { ProjectionsModule } from '@varve/projections/nest';
import { projectionsOf } from './config/projections-of.js';
import type { ProjectorConfig } from './config/projector-config.js';
import { ORDER_EVENTS } from './events.js';
import { HttpModule } from './http/http.module.js';
import { readModelsOf } from './read-models.js';

/** The app as it is configured: with an event store of its own only where the log can be reached without the order service. */
export function projectorModule(config: ProjectorConfig): DynamicModule {
  const { log, bus, ordersVersion } = config;
  const { projections, queries } = readModelsOf(config.readModels);
  return {
    module: ProjectorModule,
    imports: [
      ...('url' in log ? [] : [EventStoreModule.forRoot({ ...log, events: ORDER_EVENTS })]),
      BusModule.forRoot(bus),
      ProjectionsModule.forRoot(projectionsOf(config)),
      ProjectionsModule.forFeature(projections(ordersVersion)),
      { module: HttpModule, providers: queries },
    ],
  };
}

@Module({})
class ProjectorModule {}
