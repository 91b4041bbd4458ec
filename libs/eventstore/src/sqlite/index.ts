export { SqliteEventStore } from './sqlite-event-store.js';
export { SqliteLogFilling } from './moving/sqlite-log-filling.js';
export type { SqliteEventStoreOptions } from './options.js';
