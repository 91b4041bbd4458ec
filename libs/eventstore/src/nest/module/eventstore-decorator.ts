import type { EventStore } from '../../log/event-store.js';

/**
 * What stands between the store that was opened and everybody who injects it, such as a publication in two phases. The module that provides
 * it may not depend on the store.
 */
export interface EventStoreDecorator {
  /**
   * Asked once, when the store has been opened. The answer is what everybody gets; it passes on what it does not change, also what the
   * `EventStore` port does not know: snapshots, backup, verification. Its `close` closes the store that it was given.
   */
  decorate(store: EventStore): EventStore | Promise<EventStore>;
}
