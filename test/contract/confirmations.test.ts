import { brokenConfirmations, confirmationsContract, inMemoryConfirmations } from '@varve/bus/testing';
import { enrol } from '../support/enrol.js';
import { provesEveryCase } from './broken-twins.js';

enrol('InMemoryPublicationStore, for confirmations,', confirmationsContract, inMemoryConfirmations());
provesEveryCase('the rules of confirmations', confirmationsContract, brokenConfirmations);
