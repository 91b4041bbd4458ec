import type { Position, StreamName, StreamVersion } from '@varve/eventstore';
import type { CheckBackAnswer } from '../transport/two-phase-bus.js';

/** Everything that publication announces, for logs and metrics; one union, so that a listener can be exhaustive. */
export type PublicationEvent = HalfMessageEvent | RelayedEvent | ConfirmationsEvent;

interface Half {
  readonly topic: string;
  readonly stream: StreamName;
  readonly commitId: string;
}

/** What has become of a commit that is published in two phases, as a `TwoPhasePublisher` announces it. */
export type HalfMessageEvent =
  | (Half & { readonly kind: 'prepared' })
  /** Visible, and its commit is in the log. */
  | (Half & { readonly kind: 'committed'; readonly position: Position })
  /** In the log; whether the broker has heard of it is not known. It asks, or the sweep comes by. */
  | (Half & { readonly kind: 'commit-unconfirmed'; readonly position: Position; readonly error: unknown })
  /** `refused`: the log said that nothing was written. `another-commit`: the log's commit under this id is another. */
  | (Half & {
      readonly kind: 'rolled-back';
      readonly why: 'conflict' | 'refused' | 'another-commit';
      readonly error?: unknown;
    })
  /** Nobody here knows whether it was appended: the broker asks, and the log answers. */
  | (Half & { readonly kind: 'in-doubt'; readonly error: unknown })
  | (Half & { readonly kind: 'unreachable'; readonly then: 'refused' | 'appended'; readonly error: unknown })
  | {
      readonly kind: 'checked-back';
      readonly topic: string;
      readonly key: string;
      readonly answer: CheckBackAnswer;
      readonly why: string;
      readonly error?: unknown;
    }
  /** The broker's questions reach nobody here; tried again. */
  | { readonly kind: 'not-answering'; readonly error: unknown };

/** What a `Relay` has published. */
export type RelayedEvent =
  | { readonly kind: 'relayed'; readonly commits: number; readonly upTo: Position }
  /** No confirmation had reached it. */
  | { readonly kind: 'swept'; readonly stream: StreamName; readonly position: Position }
  | { readonly kind: 'sent-as-pointer'; readonly stream: StreamName; readonly firstVersion: StreamVersion };

/** What has become of the broker's confirmations, which are recorded in batches. */
export type ConfirmationsEvent =
  | { readonly kind: 'confirmations-recorded'; readonly count: number }
  /** Their commits will be published a second time. */
  | { readonly kind: 'confirmations-lost'; readonly count: number; readonly error: unknown };

/** Hears what publication announces. It is not awaited: what it throws or rejects is dropped. */
export type PublicationListener = (event: PublicationEvent) => void;
