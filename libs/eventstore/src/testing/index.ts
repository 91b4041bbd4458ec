export { InMemoryEventStore, type InMemoryEventStoreOptions } from './in-memory-event-store.js';
export { MemoryLog } from './memory/memory-log.js';
