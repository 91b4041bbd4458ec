export { MongoEventStore } from './mongodb-event-store.js';
export type { ClientOfTheApp, MongoEventStoreOptions } from './options.js';
export type { Consumer, RegisteredConsumer } from '../adapter/consumer.js';
