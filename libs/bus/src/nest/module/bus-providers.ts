import type { InjectionToken, Provider } from '@nestjs/common';
import { DiscoveryService, ModuleRef } from '@nestjs/core';
import type { EventRegistry, EventStore, LogReader } from '@varve/eventstore';
import {
  aggregateCategoriesOf,
  getEventRegistryToken,
  getEventStoreDecoratorToken,
  getEventStoreToken,
  VARVE_START,
} from '@varve/eventstore/nest';
import type { MessageBus } from '../../transport/message-bus.js';
import { PublicationHost } from '../publication/publication-host.js';
import { BusHost } from './bus-host.js';
import { BusLifetime } from './bus-lifetime.js';
import type { BusOptions } from './bus-options.js';
import { BusDeclaration, busDeclarationsOf } from './declarations.js';
import { DEFAULT_BUS, getBusHostToken, getMessageBusToken } from './tokens.js';

export const optionsToken = tokenOf('options');
const lifetimeToken = tokenOf('lifetime');
const publicationToken = tokenOf('publication');

export interface BusNames {
  readonly name: string;
  readonly log: string | undefined;
  /** Whether it may stand between the store and its users. */
  readonly decorates: boolean;
}

/** All singletons: one request-scoped provider would make everything that uses it request-scoped. */
export function busProviders(names: BusNames): Provider[] {
  const { name, log } = names;
  const decorator = { provide: getEventStoreDecoratorToken(log), useExisting: publicationToken(name) };
  return [
    { provide: Symbol('@varve/bus'), useValue: new BusDeclaration(name, log) },
    {
      provide: lifetimeToken(name),
      inject: [optionsToken(name)],
      useFactory: (options: BusOptions) => new BusLifetime(name, options),
    },
    {
      provide: getMessageBusToken(name),
      inject: [lifetimeToken(name)],
      useFactory: (lifetime: BusLifetime) => lifetime.open(),
    },
    publicationProvider(names),
    ...(names.decorates ? [decorator] : []),
    busHostProvider(names),
  ];
}

export function busExports({ name, log, decorates }: BusNames): InjectionToken[] {
  const tokens = [getMessageBusToken(name), getBusHostToken(name)];
  return decorates ? [...tokens, getEventStoreDecoratorToken(log)] : tokens;
}

function publicationProvider({ name, log }: BusNames): Provider {
  return {
    provide: publicationToken(name),
    inject: [
      optionsToken(name),
      lifetimeToken(name),
      ModuleRef,
      DiscoveryService,
      { token: getMessageBusToken(name), optional: true },
    ],
    useFactory: (
      options: BusOptions,
      lifetime: BusLifetime,
      ...[modules, discovery, bus]: [ModuleRef, DiscoveryService, MessageBus?]
    ) => {
      const publication = new PublicationHost({
        name,
        options,
        bus,
        log: () => storeOf(modules, log),
        categories: () => aggregateCategoriesOf(discovery, log),
        othersOfLog: () => othersOfLog({ name, log }, modules, discovery),
      });
      lifetime.waitBeforeClosing(() => publication.close());
      return publication;
    },
  };
}

/** What the other buses of the same log publish. */
function othersOfLog(
  { name, log }: Pick<BusNames, 'name' | 'log'>,
  modules: ModuleRef,
  discovery: DiscoveryService,
): readonly PublicationHost[] {
  return busDeclarationsOf(discovery)
    .filter((each) => each.log === log && each.busName !== name)
    .map(({ busName }) => modules.get<PublicationHost>(publicationToken(busName), { strict: false }));
}

function busHostProvider({ name, log }: BusNames): Provider {
  return {
    provide: getBusHostToken(name),
    inject: [
      optionsToken(name),
      publicationToken(name),
      ModuleRef,
      DiscoveryService,
      { token: getMessageBusToken(name), optional: true },
      { token: getEventRegistryToken(log), optional: true },
      { token: VARVE_START, optional: true },
    ],
    useFactory: (
      options: BusOptions,
      publication: PublicationHost,
      ...[modules, discovery, bus, registry, start = true]: [
        ModuleRef,
        DiscoveryService,
        MessageBus?,
        EventRegistry?,
        boolean?,
      ]
    ) => {
      const logs = (): readonly LogReader[] => {
        const own = storeOf(modules, log);
        return [...(own ? [own] : []), ...(options.logs ?? [])];
      };
      return new BusHost({ name, options, publication, discovery, bus, registry, start, logs });
    },
  };
}

/** Not injected: the store is put together with what is made here. */
function storeOf(modules: ModuleRef, log: string | undefined): EventStore | undefined {
  try {
    return modules.get<EventStore>(getEventStoreToken(log), { strict: false });
  } catch {
    return undefined;
  }
}

function tokenOf(part: string): (name?: string) => symbol {
  return (name = DEFAULT_BUS) => Symbol.for(`@varve/bus-${part}:${name}`);
}
