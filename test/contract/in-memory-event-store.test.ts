import {
  eventStoreContract,
  inMemoryHarness,
  snapshotStoreContract,
  verifiableLogContract,
} from '@varve/eventstore/testing';
import { enrol } from '../support/enrol.js';

const harness = inMemoryHarness();

enrol('InMemoryEventStore, as an event store,', eventStoreContract, harness);
enrol('InMemoryEventStore, as a snapshot store,', snapshotStoreContract, harness);
enrol('InMemoryEventStore, as a verifiable log,', verifiableLogContract, harness);
