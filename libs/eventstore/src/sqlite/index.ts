export { SqliteEventStore } from './sqlite-event-store.js';
export { SqliteLogFilling } from './moving/sqlite-log-filling.js';
export { sqliteCodeOf } from './errors.js';
export { identify, type Identity } from './connection/identify.js';
export { lackingDriver } from './connection/lacking-driver.js';
export type { SqliteEventStoreOptions } from './options.js';
export { DRIVER_TIMEOUT, whileBusy } from './connection/while-busy.js';
