import {
  brokenProcessorStores,
  checkpointStoreContract,
  leaseStoreContract,
  parkedSequencesContract,
} from '@varve/eventstore/testing';
import { provesEveryCase } from './broken-twins.js';

const contracts = [...checkpointStoreContract, ...leaseStoreContract, ...parkedSequencesContract];

provesEveryCase(
  'the contracts of checkpoints, leases and parked sequences',
  contracts,
  brokenProcessorStores,
);
