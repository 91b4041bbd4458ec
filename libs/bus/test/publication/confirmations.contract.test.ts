import { brokenConfirmations, confirmationsContract, inMemoryConfirmations } from '@varve/bus/testing';
import { enrol } from '../../../../test/contract/enrol.js';
import { provesEveryCase } from '../../../../test/contract/broken-twins.js';

enrol('InMemoryPublicationStore, for confirmations,', confirmationsContract, inMemoryConfirmations());
provesEveryCase('the rules of confirmations', confirmationsContract, brokenConfirmations);
