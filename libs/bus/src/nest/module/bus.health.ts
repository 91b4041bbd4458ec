import { Inject, Injectable } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import type { MessageBus } from '../../transport/message-bus.js';
import type { SubscriberStatus } from '../subscriber/running-subscriber.js';
import type { BusHost } from './bus-host.js';
import { getBusHostToken } from './tokens.js';

/** The shape that a health check of @nestjs/terminus takes; said here, so that an app without terminus does not need its types. */
export type BusHealthResult = Record<string, { readonly status: 'up' | 'down' } & Record<string, unknown>>;

/** For `HealthCheckService.check([() => indicator.check('bus')])` of @nestjs/terminus, or by itself. */
@Injectable()
export class BusHealthIndicator {
  constructor(@Inject(ModuleRef) private readonly modules: ModuleRef) {}

  /**
   * Down when the broker does not answer, a subscriber cannot receive, or the publication has stopped; up again by itself. An app without a
   * bus is up.
   */
  async check(key: string, busName?: string): Promise<BusHealthResult> {
    const host = this.modules.get<BusHost>(getBusHostToken(busName), { strict: false });
    const { bus, subscribers } = host;
    if (!bus) return { [key]: { status: 'up', bus: 'none' } };
    const publication = await host.publication.health();
    const error = (await errorOf(bus)) ?? lostOf(subscribers) ?? publication?.error;
    return {
      [key]: {
        status: error === undefined ? 'up' : 'down',
        bus: bus.description,
        ...describe(error),
        ...(subscribers.length > 0 && { subscribers: subscribers.map(withoutError) }),
        ...(publication && { publication: publication.facts }),
      },
    };
  }
}

async function errorOf(bus: MessageBus): Promise<unknown> {
  const health = await bus.health();
  return health.up ? undefined : health.error;
}

function lostOf(subscribers: readonly SubscriberStatus[]): unknown {
  const lost = subscribers.find(({ state }) => state === 'unavailable');
  return lost && (lost.lastError ?? new Error(`${lost.subscriber} is not subscribed.`));
}

/** An error has no JSON; it is said once, above. */
function withoutError({ lastError: _error, ...status }: SubscriberStatus): object {
  return status;
}

/** A relay tells what it has on record, which is no `Error`. */
function describe(error: unknown): Record<string, unknown> {
  if (error === undefined) return {};
  if (typeof error !== 'object' || error === null || !('message' in error)) return { error };
  const { message } = error;
  return 'code' in error ? { code: error.code, message } : { message };
}
