import { memoryBusHarness, messageBusContract } from '@varve/bus/testing';
import { enrol } from './enrol.js';

enrol('MemoryMessageBus', messageBusContract, memoryBusHarness({ patience: 5_000 }));
