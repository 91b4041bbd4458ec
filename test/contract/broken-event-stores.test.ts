import { brokenEventStores, eventStoreContract } from '@varve/eventstore/testing';
import { provesEveryCase } from './broken-twins.js';

provesEveryCase('the contract of EventStore', eventStoreContract, brokenEventStores);
