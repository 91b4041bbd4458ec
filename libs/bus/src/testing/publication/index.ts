export { brokenConfirmations, inMemoryConfirmations } from './broken-confirmations.js';
export { brokenInstanceReports, inMemoryInstanceReports } from './broken-instance-reports.js';
export {
  confirmationsContract,
  type ConfirmationsHarness,
  type OpenedConfirmations,
} from './confirmations.contract.js';
export { InMemoryPublicationStore } from './in-memory-publication-store.js';
export {
  instanceReportsContract,
  type InstanceReportsHarness,
  type OpenedInstanceReports,
} from './instance-reports.contract.js';
