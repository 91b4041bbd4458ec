import type { ModuleRef } from '@nestjs/core';
import { EventBus } from '@nestjs/cqrs';
import type { RecordedEvent } from '../../log/event.js';
import type { EventRegistry } from '../../schema/event-registry.js';

/**
 * Hands recorded events to the app's `EventBus`, for `@EventsHandler` and sagas. A courtesy that a crash loses: what must happen belongs
 * into a projection or reactor, which follow the log.
 */
export class InProcessEvents {
  constructor(
    private readonly registry: EventRegistry,
    private readonly modules: ModuleRef,
    private readonly bus: EventBus | undefined,
  ) {}

  /**
   * Each event as a new instance of its class, which handlers may keep and the bus may mark; plain events have no class to subscribe to.
   * Rejects when a publisher does.
   */
  async publish(events: readonly RecordedEvent[], aggregate: object): Promise<void> {
    const instances = events
      .filter((event) => this.registry.find(event.type)?.revive !== undefined)
      .map((event) => this.registry.revive(event));
    const bus = instances.length > 0 ? this.#findBus() : undefined;
    if (!bus) return;
    const published: unknown = bus.publishAll(instances, aggregate);
    await Promise.all(Array.isArray(published) ? published : [published]);
  }

  /** The bus of an app that imports `CqrsModule` without `forRoot` is not global: it is there, but cannot be injected here. */
  #findBus(): EventBus | undefined {
    if (this.bus) return this.bus;
    try {
      return this.modules.get(EventBus, { strict: false });
    } catch {
      return undefined;
    }
  }
}
