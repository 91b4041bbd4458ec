import { brokenMessageBuses, messageBusContract } from '@varve/bus/testing';
import { provesEveryBusCase } from './broken-bus-twins.js';

provesEveryBusCase('the contract of MessageBus', messageBusContract, brokenMessageBuses);
