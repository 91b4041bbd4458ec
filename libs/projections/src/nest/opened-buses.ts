import type { INestApplicationContext } from '@nestjs/common';
import type { BusTopology, MessageBus, PublicationReport } from '@varve/bus';
import { busHostsOf, type PublicationHost } from '@varve/bus/nest';

/** A bus of an app, as a command line sees it. */
export interface OpenedBus {
  readonly name: string;
  readonly bus: MessageBus;
  /** The topics and groups that the app needs at the broker. */
  readonly topology: BusTopology;
  /** Absent where this app publishes nothing on it. */
  readonly publication?: OpenedPublication;
}

/** How a log comes to the bus, whichever instance publishes it. */
export interface OpenedPublication {
  report(): Promise<PublicationReport>;
  pause(reason?: string): Promise<void>;
  resume(): Promise<void>;
}

export function openedBusesOf(app: INestApplicationContext): readonly OpenedBus[] {
  return busHostsOf(app).flatMap(({ name, bus, topology, publication }) => {
    if (!bus) return [];
    return [
      {
        name,
        bus,
        topology,
        ...(publication.relay && { publication: opened(publication.relay, publication) }),
      },
    ];
  });
}

function opened(
  relay: NonNullable<PublicationHost['relay']>,
  publication: PublicationHost,
): OpenedPublication {
  return {
    report: () => publication.report(),
    pause: (reason) => relay.pause(reason),
    resume: () => relay.resume(),
  };
}
