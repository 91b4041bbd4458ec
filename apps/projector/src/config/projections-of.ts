import { HttpLogReader, topicNaming } from '@varve/bus';
import { EventRegistry } from '@varve/eventstore';
import type { ProjectionsModuleOptions } from '@varve/projections/nest';
import { ORDER_EVENTS } from '../events.js';
import type { ProjectorConfig } from './projector-config.js';

/** Where the read models are, whose log they follow, and what brings it sooner. */
export function projectionsOf(config: ProjectorConfig): ProjectionsModuleOptions {
  const { log, bus, readModelsFile, leaseDuration } = config;
  const elsewhere = 'url' in log && {
    reader: new HttpLogReader(log),
    registry: new EventRegistry([...ORDER_EVENTS]),
  };
  return {
    sqlite: { file: readModelsFile },
    leaseDuration,
    ...elsewhere,
    bus: true,
    feed: feedOf(bus),
  };
}

function feedOf({ rocketmq, topics }: ProjectorConfig['bus']): NonNullable<ProjectionsModuleOptions['feed']> {
  return {
    // Where a group begins is told by the broker's own protocol; without its address all that the topic has is read, and dropped.
    startFrom: rocketmq && rocketmq.adminAddress === undefined ? 'earliest' : 'latest',
    ...(topics && { topics: topicNaming(topics), groupPrefix: `${topics.prefix}varve-` }),
  };
}
