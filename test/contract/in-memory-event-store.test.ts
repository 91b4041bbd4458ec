import {
  eventStoreContract,
  inMemoryFillingHarness,
  inMemoryHarness,
  logFillingContract,
  movableLogContract,
  snapshotStoreContract,
  verifiableLogContract,
} from '@varve/eventstore/testing';
import { enrol } from '../support/enrol.js';

const harness = inMemoryHarness();

enrol('InMemoryEventStore, as an event store,', eventStoreContract, harness);
enrol('InMemoryEventStore, as a snapshot store,', snapshotStoreContract, harness);
enrol('InMemoryEventStore, as a verifiable log,', verifiableLogContract, harness);
enrol('InMemoryEventStore, as a movable log,', movableLogContract, harness);
enrol('InMemoryLogFilling', logFillingContract, inMemoryFillingHarness());
