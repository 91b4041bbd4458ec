import { brokenAtAdministration } from './administration.js';
import type { BusTwin } from './broken-bus.js';
import { brokenAtCheckingBack } from './checking-back.js';
import { brokenAtDeadLetters } from './dead-letters.js';
import { brokenAtDeciding } from './deciding.js';
import { brokenAtDeliveries } from './deliveries.js';
import { brokenAtFailing } from './failing.js';
import { brokenAtFlow } from './flow.js';
import { brokenAtLiving } from './life.js';
import { brokenAtOrdering } from './ordering.js';
import { brokenAtOutages } from './outage.js';
import { brokenAtPublishing } from './publishing.js';
import { brokenAtSharing } from './sharing.js';

/** Buses that break a rule of `MessageBus` each, on purpose. */
export const brokenMessageBuses: readonly BusTwin[] = [
  ...brokenAtPublishing,
  ...brokenAtOrdering,
  ...brokenAtFailing,
  ...brokenAtDeadLetters,
  ...brokenAtSharing,
  ...brokenAtFlow,
  ...brokenAtDeliveries,
  ...brokenAtLiving,
  ...brokenAtOutages,
  ...brokenAtAdministration,
];

/** Buses that break a rule of `TwoPhaseBus` each, on purpose. */
export const brokenTwoPhaseBuses: readonly BusTwin[] = [...brokenAtDeciding, ...brokenAtCheckingBack];
