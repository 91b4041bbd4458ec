import { Inject, Injectable } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import type { EventStore } from '../../log/event-store.js';
import { getEventStoreToken } from './tokens.js';

/** The shape that a health check of @nestjs/terminus takes; said here, so that an app without terminus does not need its types. */
export type EventStoreHealth = Record<string, { readonly status: 'up' | 'down' } & Record<string, unknown>>;

/** For `HealthCheckService.check([() => indicator.check('log')])` of @nestjs/terminus, or by itself. */
@Injectable()
export class EventStoreHealthIndicator {
  constructor(@Inject(ModuleRef) private readonly modules: ModuleRef) {}

  /** Down when the log's head cannot be read. */
  async check(key: string, storeName?: string): Promise<EventStoreHealth> {
    const store = this.modules.get<EventStore>(getEventStoreToken(storeName), { strict: false });
    try {
      const position = await store.head();
      return { [key]: { status: 'up', logId: store.logId, position, durability: store.durability } };
    } catch (error) {
      return { [key]: { status: 'down', ...describe(error) } };
    }
  }
}

function describe(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { message: String(error) };
  return 'code' in error ? { code: error.code, message: error.message } : { message: error.message };
}
