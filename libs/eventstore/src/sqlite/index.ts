export { SqliteEventStore } from './sqlite-event-store.js';
export type { SqliteEventStoreOptions } from './options.js';
