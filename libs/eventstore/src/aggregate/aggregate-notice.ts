import type { StreamName } from '../log/stream-name.js';

/** What a repository announces: nothing here has failed a load or a save. One union, so that a listener can be exhaustive. */
export type AggregateNotice = { readonly stream: StreamName } & (
  | { readonly kind: 'snapshot-ignored'; readonly reason: string; readonly error?: unknown }
  | { readonly kind: 'snapshot-failed'; readonly error: unknown }
  /** `onRecorded` threw or rejected. The events are recorded all the same. */
  | { readonly kind: 'recorded-hook-failed'; readonly error: unknown }
  /** Somebody else appended; the command is decided again. */
  | { readonly kind: 'deciding-again'; readonly attempt: number; readonly delay: number }
);

/** Hears what a repository or `handleCommand` announces. It is not awaited: what it throws or rejects is dropped. */
export type NoticeListener = (notice: AggregateNotice) => void;
