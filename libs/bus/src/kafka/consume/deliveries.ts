import type { Delivering } from '../../transport/delivering.js';

/** What the dispatcher hands messages to. */
export type Deliveries = Pick<
  Delivering,
  'settings' | 'counts' | 'hand' | 'settlementOf' | 'acknowledged' | 'settled' | 'failed'
>;
