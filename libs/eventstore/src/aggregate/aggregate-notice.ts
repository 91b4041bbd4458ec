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

/** Hears what a repository or `handleCommand` announces. It is not awaited: what it throws is dropped, a rejection is not caught. */
export type NoticeListener = (notice: AggregateNotice) => void;

/** A listener that throws must not undo what it is told about. */
export function announceTo(listener: NoticeListener | undefined, notice: AggregateNotice): void {
  try {
    listener?.(notice);
  } catch {
    return;
  }
}
