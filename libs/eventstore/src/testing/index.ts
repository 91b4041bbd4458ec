export { InMemoryEventStore, type InMemoryEventStoreOptions } from './in-memory-event-store.js';
export { MemoryLog } from './memory/memory-log.js';
export { InMemoryProcessorStore } from './in-memory-processor-store.js';
export { MemoryTransaction } from './memory/memory-transaction.js';
export {
  openedCase,
  whyNot,
  type ContractCase,
  type Lacking,
  type Opening,
} from './contract/contract-case.js';
export { eventStoreContract } from './contract/event-store.contract.js';
export type {
  EventStoreCapability,
  EventStoreCase,
  EventStoreHarness,
  OpenedEventStore,
} from './contract/event-store/harness.js';
export { inMemoryHarness } from './in-memory-harness.js';
export { appliedVersionsContract } from './contract/applied-versions.contract.js';
export { checkpointStoreContract } from './contract/checkpoint-store.contract.js';
export { leaseStoreContract } from './contract/lease-store.contract.js';
export { parkedSequencesContract } from './contract/parked-sequences.contract.js';
export type {
  OpenedProcessorStore,
  ProcessorStore,
  ProcessorStoreCase,
  ProcessorStoreHarness,
} from './contract/processor-store/harness.js';
export { snapshotStoreContract, type SnapshotStoreHarness } from './contract/snapshot-store.contract.js';
export { verifiableLogContract, type VerifiableLogHarness } from './contract/verifiable-log.contract.js';
export { inMemoryProcessorHarness } from './in-memory-processor-harness.js';
export { givenAggregate, type GivenAggregate } from './given-aggregate.js';
export { givenDecider, type GivenDecider } from './given-decider.js';
export { GivenOutcome } from './given-outcome.js';
export type { ErrorMatcher } from './given-error.js';
export { brokenEventStores } from './broken/broken-event-stores.js';
export type { BrokenTwin } from './broken/broken-twin.js';
export { brokenProcessorStores } from './broken/broken-processor-stores.js';
export { brokenSnapshotStores, brokenVerifiableLogs } from './broken/snapshots.js';
export { InMemoryLogFilling } from './in-memory-log-filling.js';
export { inMemoryFillingHarness } from './in-memory-filling-harness.js';
export { movableLogContract } from './contract/moving/movable-log.contract.js';
export { logFillingContract } from './contract/moving/log-filling.contract.js';
export type {
  LogFillingHarness,
  MovableLogHarness,
  MovableStore,
  OpenedMovableLog,
  OpenedPlace,
} from './contract/moving/harness.js';
export { brokenMovableLogs } from './broken/sealing.js';
export { brokenLogFillings } from './broken/filling.js';
