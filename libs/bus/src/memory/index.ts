export { MemoryBroker, type MemoryBrokerOptions } from './memory-broker.js';
export type { MemoryChaosOptions } from './memory-chaos.js';
export type { MemoryTransactionOptions } from './memory-half-messages.js';
export { MemoryMessageBus, type MemoryMessageBusOptions } from './memory-message-bus.js';
