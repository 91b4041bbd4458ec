import {
  appliedVersionsContract,
  checkpointStoreContract,
  inMemoryProcessorHarness,
  leaseStoreContract,
  parkedSequencesContract,
} from '@varve/eventstore/testing';
import { enrol } from '../support/enrol.js';

const harness = inMemoryProcessorHarness();

enrol('InMemoryProcessorStore, for checkpoints,', checkpointStoreContract, harness);
enrol('InMemoryProcessorStore, for leases,', leaseStoreContract, harness);
enrol('InMemoryProcessorStore, for parked sequences,', parkedSequencesContract, harness);
enrol('InMemoryProcessorStore, for applied versions,', appliedVersionsContract, harness);
