import type { EventStore } from './event-store.js';

/**
 * What whoever follows a log needs of it: the event store itself, or a client of the service that owns it. Same rules and answers as there.
 */
export type LogReader = Pick<
  EventStore,
  'logId' | 'durability' | 'readStream' | 'readAll' | 'head' | 'commitAt' | 'waitForCommit' | 'close'
>;
