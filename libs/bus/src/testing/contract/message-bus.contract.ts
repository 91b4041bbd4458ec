import type { BusCase } from './harness.js';
import { administrationCases } from './message-bus/administration.js';
import { deadLetterCases } from './message-bus/dead-letters.js';
import { deliveryCases } from './message-bus/deliveries.js';
import { failingCases } from './message-bus/failing.js';
import { flowCases } from './message-bus/flow.js';
import { lifeCases } from './message-bus/life.js';
import { orderingCases } from './message-bus/ordering.js';
import { outageCases } from './message-bus/outage.js';
import { publishingCases } from './message-bus/publishing.js';
import { sharingCases } from './message-bus/sharing.js';

/** The rules of `MessageBus`. An adapter that passes them may be used wherever the port is. */
export const messageBusContract: readonly BusCase[] = [
  ...publishingCases,
  ...orderingCases,
  ...failingCases,
  ...deadLetterCases,
  ...sharingCases,
  ...flowCases,
  ...deliveryCases,
  ...lifeCases,
  ...outageCases,
  ...administrationCases,
];
