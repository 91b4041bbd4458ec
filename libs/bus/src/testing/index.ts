export { brokenMessageBuses, brokenTwoPhaseBuses } from './broken/broken-buses.js';
export type { BusTwin } from './broken/broken-bus.js';
export type { BusCase, BusHarness, BusHarnessCapability, OpenedBroker } from './contract/harness.js';
export { messageBusContract } from './contract/message-bus.contract.js';
export { twoPhaseContract } from './contract/two-phase.contract.js';
export { InBatches } from './in-batches.js';
export { memoryBusHarness, type MemoryBusHarnessOptions } from './memory-bus-harness.js';
export * from './publication/index.js';
