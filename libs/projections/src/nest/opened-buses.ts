import type { INestApplicationContext } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import type { BusTopology, MessageBus, PublicationReport } from '@varve/bus';
import { busHostsOf, type PublicationHost } from '@varve/bus/nest';
import type { LeaseRow } from '@varve/eventstore';
import { readModelsNames } from './features.js';
import type { ProjectorHost } from './projector-host.js';
import { getProjectorToken } from './tokens.js';

/** A bus of an app, as a command line sees it. */
export interface OpenedBus {
  readonly name: string;
  readonly bus: MessageBus;
  /** The groups that the app needs at the broker. */
  readonly groups: BusTopology['groups'];
  /** These groups, and the topics that it needs: also of what is published because the log has it, though no code names it. */
  topology(): Promise<BusTopology>;
  /** Absent where this app publishes nothing on it. */
  readonly publication?: OpenedPublication;
}

/** How a log comes to the bus, whichever instance publishes it. */
export interface OpenedPublication {
  /** How long another instance must see the relay's lease unchanged before it takes over, in milliseconds. */
  readonly leaseDuration: number;
  /** Of the relay; absent where none has ever begun. */
  lease(): Promise<LeaseRow | undefined>;
  report(): Promise<PublicationReport>;
  /** Those of `publication.categories` that neither an aggregate nor the log has. */
  strangeCategories(): Promise<readonly string[]>;
  pause(reason?: string): Promise<void>;
  resume(): Promise<void>;
}

export function openedBusesOf(app: INestApplicationContext): readonly OpenedBus[] {
  const projectors = projectorsOf(app);
  return busHostsOf(app).flatMap((host) => {
    const { name, bus, publication } = host;
    if (!bus) return [];
    const fed = projectors.filter(({ fedBy }) => fedBy === bus).flatMap(({ groups }) => groups);
    const groups = [...host.topology.groups, ...fed];
    return [
      {
        name,
        bus,
        groups,
        topology: async () => ({ topics: (await host.topologyWithLog()).topics, groups }),
        ...(publication.relay && { publication: opened(publication.relay, publication) }),
      },
    ];
  });
}

function projectorsOf(app: INestApplicationContext): readonly ProjectorHost[] {
  const names = readModelsNames(app.get(DiscoveryService, { strict: false }));
  return names.map((name) => app.get<ProjectorHost>(getProjectorToken(name), { strict: false }));
}

function opened(
  relay: NonNullable<PublicationHost['relay']>,
  publication: PublicationHost,
): OpenedPublication {
  return {
    leaseDuration: publication.leaseDuration,
    lease: () => publication.lease(),
    report: () => publication.report(),
    strangeCategories: () => publication.strangeCategories(),
    pause: (reason) => relay.pause(reason),
    resume: () => relay.resume(),
  };
}
