import type { Position, StreamVersion } from '../log/positions.js';
import type { ProcessorId } from './checkpoint-store.js';
import type { Handling } from './step/handling.js';

/** Everything that a processor announces; one union, so that a listener can be exhaustive. */
export type ProcessorEvent = { readonly processor: ProcessorId } & (
  | { readonly kind: 'lease-acquired'; readonly token: number }
  | { readonly kind: 'lease-lost' }
  | { readonly kind: 'checkpoint-moved'; readonly expected: Position }
  | { readonly kind: 'lease-released' }
  | { readonly kind: 'progressed'; readonly from: Position; readonly to: Position; readonly events: number }
  | { readonly kind: 'caught-up'; readonly position: Position }
  | {
      readonly kind: 'retrying';
      readonly position: Position;
      readonly attempt: number;
      readonly delay: number;
      readonly error: unknown;
    }
  /** A handler has not ended for so long. It is waited for, and that is said again after twice the time. */
  | ({ readonly kind: 'handler-slow' } & Handling)
  | { readonly kind: 'parked'; readonly stream: string; readonly position: Position; readonly error: unknown }
  | { readonly kind: 'unparked'; readonly stream: string }
  | { readonly kind: 'discarded'; readonly stream: string }
  | {
      readonly kind: 'skipped';
      readonly stream: string;
      readonly firstVersion: StreamVersion;
      readonly lastVersion: StreamVersion;
    }
  /** A commit that came beside the log could not be applied. The walker sees to its stream, in the log's order and under the failure policy. */
  | {
      readonly kind: 'left-to-the-log';
      readonly stream: string;
      readonly firstVersion: StreamVersion;
      readonly error: unknown;
    }
  | { readonly kind: 'paused'; readonly reason?: string }
  | { readonly kind: 'unavailable'; readonly error: unknown }
  | { readonly kind: 'stopped'; readonly error: unknown }
);
