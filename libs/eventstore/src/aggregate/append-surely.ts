import type { AppendResult } from '../log/commit.js';
import type { StoreUnavailableError } from '../log/errors.js';
import { isEventStoreError } from '../log/errors.js';
import type { NewEvent } from '../log/event.js';
import type { EventStore } from '../log/event-store.js';
import type { ExpectedVersion } from '../log/expected-version.js';
import type { StreamName } from '../log/stream-name.js';
import { pause, type Backoff } from './backoff.js';

export interface SureAppend {
  readonly stream: StreamName;
  readonly expected: ExpectedVersion;
  readonly events: readonly NewEvent[];
  readonly commitId: string;
  readonly at?: Date | undefined;
}

/**
 * Appends, and does not leave open whether it did: after an unknown outcome it appends again under the same commit id, which finds the
 * first try if that one was written, before any version is judged.
 */
export async function appendSurely(
  store: EventStore,
  append: SureAppend,
  backoff: Backoff,
): Promise<AppendResult> {
  const { stream, expected, events, commitId, at } = append;
  for (let attempt = 1; ; attempt++) {
    try {
      return await store.append(stream, expected, events, at ? { commitId, at } : { commitId });
    } catch (error) {
      if (!isOpen(error) || attempt > backoff.retries) throw error;
      await pause(backoff, attempt);
    }
  }
}

function isOpen(error: unknown): boolean {
  return (
    isEventStoreError(error, 'store-unavailable') && (error as StoreUnavailableError).written === 'unknown'
  );
}
