import {
  brokenProcessorStores,
  appliedVersionsContract,
  checkpointStoreContract,
  leaseStoreContract,
  parkedSequencesContract,
} from '@varve/eventstore/testing';
import { provesEveryCase } from './broken-twins.js';

const contracts = [
  ...checkpointStoreContract,
  ...leaseStoreContract,
  ...parkedSequencesContract,
  ...appliedVersionsContract,
];

provesEveryCase(
  'the contracts of checkpoints, leases, parked sequences and applied versions',
  contracts,
  brokenProcessorStores,
);
