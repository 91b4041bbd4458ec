import { memoryBusHarness, messageBusContract, twoPhaseContract } from '@varve/bus/testing';
import { enrol } from '../support/enrol.js';

const harness = memoryBusHarness({ patience: 5_000 });

enrol('MemoryMessageBus, as a message bus,', messageBusContract, harness);
enrol('MemoryMessageBus, as a bus with two phases,', twoPhaseContract, harness);
