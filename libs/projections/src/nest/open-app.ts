import { ConsoleLogger, type DynamicModule, type INestApplicationContext, type Type } from '@nestjs/common';
import { DiscoveryService, NestFactory } from '@nestjs/core';
import { InvalidOptionsError, type EventRegistry, type EventStore, type LogReader } from '@varve/eventstore';
import { getEventRegistryToken, getEventStoreToken, withoutStart } from '@varve/eventstore/nest';
import type { Projection, Reactor } from '../projection/projection.js';
import type { ReadModels } from '../projection/read-models.js';
import { readModelsNames } from './features.js';
import { openedBusesOf, type OpenedBus } from './opened-buses.js';
import type { ProjectorHost } from './projector-host.js';
import { DEFAULT_READ_MODELS, getProjectorToken } from './tokens.js';

/** What a command line needs of an app. */
export interface OpenedApp {
  /** Absent, like its registry, in an app that only subscribes to a bus. */
  readonly log?: LogReader;
  readonly registry?: EventRegistry;
  /** Absent in an app that only writes. */
  readonly readModels?: ReadModels<unknown>;
  readonly projections: readonly Projection<unknown>[];
  readonly reactors: readonly Reactor[];
  /** Of the projector, in milliseconds, by default or as it is configured; absent where there are no read models. */
  readonly leaseDuration?: number;
  /** Those that have a broker. */
  readonly buses: readonly OpenedBus[];
  close(): Promise<void>;
}

/** Which of them, by name, where an app has several. */
export interface Chosen {
  readonly log?: string | undefined;
  readonly readModels?: string | undefined;
}

/** Boots an app's own configuration without starting a processor, a subscription or a server. */
export async function openApp(root: Type<unknown> | DynamicModule, chosen: Chosen = {}): Promise<OpenedApp> {
  const app = await NestFactory.createApplicationContext(withoutStart(root), {
    logger: new StandardErrorLogger('', { logLevels: ['warn', 'error', 'fatal'] }),
    abortOnError: false,
  });
  try {
    const buses = openedBusesOf(app);
    return { ...partsOf(app, chosen, buses), buses, close: () => app.close() };
  } catch (error) {
    await app.close();
    throw error;
  }
}

/** The context in which Nest logs what keeps an app from starting, before it throws it. */
const OF_NEST = 'ExceptionHandler';

/** What the app has to say is kept apart from what the command answers. What it cannot start for is the command's to say. */
class StandardErrorLogger extends ConsoleLogger {
  protected override printMessages(...[messages, context, level, _stream, ...rest]: Printed): void {
    if (context === OF_NEST) return;
    super.printMessages(messages, context, level, 'stderr', ...rest);
  }
}

type Printed = Parameters<ConsoleLogger['printMessages']>;

function partsOf(
  app: INestApplicationContext,
  chosen: Chosen,
  buses: readonly OpenedBus[],
): Omit<OpenedApp, 'buses' | 'close'> {
  const host = hostOf(app, chosen.readModels);
  if (host && chosen.log === undefined) {
    const { log, registry, readModels, features, leaseDuration } = host;
    return { log, readModels, leaseDuration, ...features, ...(registry && { registry }) };
  }
  const log = find<EventStore>(app, getEventStoreToken(chosen.log));
  if (!log && chosen.log === undefined && buses.length > 0) return { projections: [], reactors: [] };
  if (!log) throw unknownLog(chosen.log);
  const registry = app.get<EventRegistry>(getEventRegistryToken(chosen.log), { strict: false });
  return { log, registry, projections: [], reactors: [] };
}

/** The read models that were asked for, those without a name, or the only ones. */
function hostOf(app: INestApplicationContext, asked: string | undefined): ProjectorHost | undefined {
  const names = readModelsNames(app.get(DiscoveryService, { strict: false }));
  if (names.length === 0 && asked === undefined) return undefined;
  const only = names.length === 1 ? names[0] : DEFAULT_READ_MODELS;
  const name = asked ?? only;
  if (name !== undefined && names.includes(name)) return app.get(getProjectorToken(name), { strict: false });
  const known = names.join(', ') || 'none';
  throw new InvalidOptionsError(
    '--read-models',
    `${asked === undefined ? 'This app has several read models' : `This app has no read models "${asked}"`}: name one with --read-models. It has: ${known}.`,
  );
}

function find<T>(app: INestApplicationContext, token: symbol): T | undefined {
  try {
    return app.get<T>(token, { strict: false });
  } catch {
    return undefined;
  }
}

function unknownLog(name: string | undefined): InvalidOptionsError {
  const which =
    name === undefined ? 'no event store without a name: name one with --log' : `no event store "${name}"`;
  return new InvalidOptionsError('--log', `This app has ${which}.`);
}
