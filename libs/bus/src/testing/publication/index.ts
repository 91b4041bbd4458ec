export { brokenConfirmations, inMemoryConfirmations } from './broken-confirmations.js';
export {
  confirmationsContract,
  type ConfirmationsHarness,
  type OpenedConfirmations,
} from './confirmations.contract.js';
export { InMemoryPublicationStore } from './in-memory-publication-store.js';
