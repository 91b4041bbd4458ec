import { brokenTwoPhaseBuses, twoPhaseContract } from '@varve/bus/testing';
import { provesEveryBusCase } from './broken-bus-twins.js';

provesEveryBusCase('the contract of TwoPhaseBus', twoPhaseContract, brokenTwoPhaseBuses);
