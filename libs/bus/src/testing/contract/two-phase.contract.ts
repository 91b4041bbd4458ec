import type { TwoPhaseBus } from '../../transport/two-phase-bus.js';
import type { BusCase } from './harness.js';
import { checkingBackCases } from './two-phase/checking-back.js';
import { decidingCases } from './two-phase/deciding.js';

/** The rules of `TwoPhaseBus`, beside those of `MessageBus`. */
export const twoPhaseContract: readonly BusCase<TwoPhaseBus>[] = [...decidingCases, ...checkingBackCases];
