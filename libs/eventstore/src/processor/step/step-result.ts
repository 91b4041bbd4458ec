import type { Position } from '../../log/positions.js';

/** What one step of a processor came to. */
export type StepResult =
  /** The checkpoint moved, or a parked stream was worked on; there may be more to do. */
  | { readonly kind: 'progressed'; readonly from: Position; readonly to: Position; readonly events: number }
  | { readonly kind: 'caught-up'; readonly position: Position }
  /** Everything is read, and something of it is not done yet: look again after `lookAgainIn` milliseconds, or when somebody appends. */
  | {
      readonly kind: 'waiting';
      readonly position: Position;
      readonly readUpTo: Position;
      readonly lookAgainIn: number;
      readonly wokenByAppends: boolean;
    }
  /** Another instance has the lease; ask again after `retryIn` milliseconds. */
  | { readonly kind: 'standby'; readonly retryIn: number }
  | { readonly kind: 'paused'; readonly reason?: string }
  /** Stopped by a failure, now (`error`) or earlier (`reason` only), until somebody resumes it. */
  | { readonly kind: 'stopped'; readonly reason: string; readonly error?: unknown }
  /** Lease or checkpoint went to somebody else; what the step did was rolled back. */
  | { readonly kind: 'lease-lost'; readonly error: unknown }
  | { readonly kind: 'unavailable'; readonly error: unknown }
  /** `stop()` cut the step short. */
  | { readonly kind: 'ended' };
