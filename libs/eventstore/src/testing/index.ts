export { InMemoryEventStore, type InMemoryEventStoreOptions } from './in-memory-event-store.js';
export { MemoryLog } from './memory/memory-log.js';
export { InMemoryProcessorStore } from './in-memory-processor-store.js';
export { MemoryTransaction } from './memory/memory-transaction.js';
