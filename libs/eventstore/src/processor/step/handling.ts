import type { RecordedEvent } from '../../log/event.js';

/** What a handler is at. */
export interface Handling {
  /** The one that it is waited for, where that is known: a handler of whole batches does not say. */
  readonly event?: Pick<RecordedEvent, 'type' | 'stream' | 'version' | 'position'>;
  /** In the batch. */
  readonly commits: number;
  /** How long it has not ended. */
  readonly milliseconds: number;
}

/** As the beginning of a sentence for people. */
export function describeHandling({ event, commits, milliseconds }: Handling): string {
  const what = event
    ? `the handler of "${event.type}", at version ${event.version} of stream "${event.stream}",`
    : `the handler of a batch of ${commits} commits`;
  return `${what} has not ended for ${Math.round(milliseconds / 1000)} s`;
}
