import { Inject, Injectable } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import type { EventStore } from '../../log/event-store.js';
import type { MovableLog } from '../../log/movable-log.js';
import { describeError } from '../describe-error.js';
import { getEventStoreToken } from './tokens.js';

/** The shape that a health check of @nestjs/terminus takes; said here, so that an app without terminus does not need its types. */
export type EventStoreHealth = Record<string, { readonly status: 'up' | 'down' } & Record<string, unknown>>;

/** For `HealthCheckService.check([() => indicator.check('log')])` of @nestjs/terminus, or by itself. */
@Injectable()
export class EventStoreHealthIndicator {
  constructor(@Inject(ModuleRef) private readonly modules: ModuleRef) {}

  /** Down when the log's head cannot be read. A sealed log is up, for reading, and `sealed` says since when and where it has gone. */
  async check(key: string, storeName?: string): Promise<EventStoreHealth> {
    const store = this.modules.get<EventStore>(getEventStoreToken(storeName), { strict: false });
    try {
      const position = await store.head();
      const { logId, durability } = store;
      return { [key]: { status: 'up', logId, position, durability, ...(await sealedOf(store)) } };
    } catch (error) {
      return { [key]: { status: 'down', ...describeError(error) } };
    }
  }
}

async function sealedOf(store: EventStore): Promise<Record<string, unknown>> {
  if (!isMovable(store)) return {};
  const seal = await store.findSeal();
  return seal
    ? { sealed: { at: seal.at.toISOString(), ...(seal.movedTo && { movedTo: seal.movedTo }) } }
    : {};
}

function isMovable(store: EventStore): store is EventStore & Pick<MovableLog, 'findSeal'> {
  return 'findSeal' in store && typeof store.findSeal === 'function';
}
