export { SqliteEventStore } from './sqlite-event-store.js';
export type { SqliteEventStoreOptions } from './options.js';
export type { Consumer, RegisteredConsumer } from './register-consumer.js';
