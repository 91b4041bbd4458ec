import { HttpLogReader, topicNaming } from '@varve/bus';
import { EventRegistry } from '@varve/eventstore';
import type { ProjectionsModuleOptions } from '@varve/projections/nest';
import { ConfigError, type MongoPlace } from '@varve/http/config';
import { ORDER_EVENTS } from '../events.js';
import type { ProjectorConfig } from './projector-config.js';

/** Where the read models are, whose log they follow, and what brings it sooner. */
export function projectionsOf(config: ProjectorConfig): ProjectionsModuleOptions {
  const { log, bus, readModels, leaseDuration } = config;
  const elsewhere = 'url' in log && {
    reader: new HttpLogReader(log),
    registry: new EventRegistry([...ORDER_EVENTS]),
  };
  return {
    ...('sqlite' in readModels ? readModels : { readModels: () => connect(readModels.mongodb) }),
    leaseDuration,
    ...elsewhere,
    bus: true,
    feed: feedOf(bus),
  };
}

/** As `{ mongodb }` would, except that a server without transactions is answered in this app's own words. */
async function connect(place: MongoPlace) {
  const { MongoReadModels } = await import('@varve/projections/mongodb');
  return MongoReadModels.connect(place).catch((error: unknown) => {
    if (!(error instanceof Error && 'option' in error && error.option === 'mode')) throw error;
    throw new ConfigError([
      `${error.message} Set VARVE_READ_MODELS=sqlite and VARVE_READ_MODELS_FILE for that.`,
    ]);
  });
}

function feedOf({ rocketmq, topics }: ProjectorConfig['bus']): NonNullable<ProjectionsModuleOptions['feed']> {
  return {
    // Where a group begins is told by the broker's own protocol; without its address all that the topic has is read, and dropped.
    startFrom: rocketmq && rocketmq.adminAddress === undefined ? 'earliest' : 'latest',
    ...(topics && { topics: topicNaming(topics), groupPrefix: `${topics.prefix}varve-` }),
  };
}
