import type { Commit, CommitHeader, VersionConflict } from '../log/commit.js';
import {
  CommitFencedError,
  CommitIdReusedError,
  ConcurrencyConflictError,
  isEventStoreError,
} from '../log/errors.js';
import type { EventStore } from '../log/event-store.js';
import { assertExpectedVersion, meets, type ExpectedVersion } from '../log/expected-version.js';
import type { StreamVersion } from '../log/positions.js';
import type { StreamName } from '../log/stream-name.js';
import { tell } from '../log/tell.js';
import type { NoticeListener } from './aggregate-notice.js';
import { delayBefore, type Backoff } from './backoff.js';
import type { SaveResult } from './save.js';
import { turnsAt } from './turns.js';

export interface DecidedAgain {
  readonly store: EventStore;
  readonly stream: StreamName;
  /** The caller's own id, if it gave one. */
  readonly commitId?: string | undefined;
  readonly isRepeat?: ((earlier: Commit) => boolean) | undefined;
  readonly backoff: Backoff;
  readonly announce?: NoticeListener | undefined;
}

export type Attempt = () => Promise<
  SaveResult | { readonly outcome: 'conflict'; readonly conflict: VersionConflict }
>;

/**
 * Runs load → decide → append until it is through, at most `backoff.retries` times again after a conflict, in turn with others of this
 * process. With a commit id it asks first what became of that: a command that is sent again must get its first result, not be refused by
 * the state that it has made itself.
 *
 * @throws ConcurrencyConflictError somebody else was faster each time
 */
export async function decideUntilAppended(target: DecidedAgain, attempt: Attempt): Promise<SaveResult> {
  const first = await firstResult(target);
  if (first) return first;
  const { store, stream, backoff } = target;
  let result = await attemptOrFirstResult(target, attempt);
  for (let retry = 1; result.outcome === 'conflict'; retry++) {
    if (retry > backoff.retries) throw conflictError(result.conflict);
    const delay = delayBefore(backoff, retry);
    tell(target.announce, { kind: 'deciding-again', stream, attempt: retry, delay });
    await backoff.wait(delay, backoff.signal);
    result = await turnsAt(store).take(stream, backoff, () => attemptOrFirstResult(target, attempt));
  }
  return result;
}

export function conflictError({ stream, expected, actual }: VersionConflict): ConcurrencyConflictError {
  return new ConcurrencyConflictError(stream, expected, actual);
}

/** Judged before the decision: who asks for version 3 is to hear of version 5, not of a rule that version 5 breaks. */
export function assertMeets(
  stream: StreamName,
  expected: ExpectedVersion | undefined,
  actual: StreamVersion,
): void {
  if (expected === undefined) return;
  assertExpectedVersion(expected);
  if (!meets(expected, actual)) throw new ConcurrencyConflictError(stream, expected, actual);
}

/** The same command may run twice at once: whatever the slower one comes to, it gets the faster one's result. */
async function attemptOrFirstResult(target: DecidedAgain, attempt: Attempt): ReturnType<Attempt> {
  try {
    const result = await attempt();
    return result.outcome === 'nothing' ? ((await firstResult(target)) ?? result) : result;
  } catch (error) {
    if (target.commitId === undefined || isEventStoreError(error, 'commit-fenced')) throw error;
    const first = await firstResult(target).catch((other: unknown) => {
      throw isEventStoreError(other, 'store-unavailable') ? error : other;
    });
    if (first) return first;
    throw error;
  }
}

async function firstResult({
  store,
  stream,
  commitId,
  isRepeat,
}: DecidedAgain): Promise<SaveResult | undefined> {
  if (commitId === undefined) return undefined;
  const found = await store.findCommit(commitId);
  if (found.outcome === 'absent') return undefined;
  if (found.outcome === 'fenced') throw new CommitFencedError(commitId);
  const isOther = found.commit.stream !== stream || isRepeat?.(found.commit) === false;
  if (isOther) throw new CommitIdReusedError(commitId, found.commit.stream);
  return { outcome: 'repeated', commit: headerOf(found.commit) };
}

function headerOf({ events: _events, ...header }: Commit): CommitHeader {
  return header;
}
