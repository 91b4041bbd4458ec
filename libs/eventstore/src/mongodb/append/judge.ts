import { sameEvents } from '../../log/commit-text.js';
import type { AppendResult } from '../../log/commit.js';
import { CommitFencedError, CommitIdReusedError, StreamClosedError } from '../../log/errors.js';
import type { NewEvent } from '../../log/event.js';
import { meets } from '../../log/expected-version.js';
import { headerOf, isFence, type LogDocument } from '../connection/commit-document.js';
import type { PendingAppend } from './append-request.js';
import type { StreamHead } from './stream-heads.js';

/** Answers an append whose commit id is in the log: by its own first try, or by what somebody else has put there. */
export function settleByCommitId(pending: PendingAppend, found: LogDocument): void {
  const { stream, commitId, text } = pending;
  if (isFence(found)) pending.reject(new CommitFencedError(String(commitId)));
  else if (found.stream === stream && sameText(found.events, text)) pending.resolve(firstResult(found));
  else pending.reject(new CommitIdReusedError(String(commitId), found.stream));
}

/** Answers an append that the stream, as it stands now, does not let pass. `false`: it does. */
export function settleByStream(pending: PendingAppend, head: StreamHead | undefined): boolean {
  const { stream, expected } = pending;
  const actual = head?.version ?? 0;
  if (head?.closed) pending.reject(new StreamClosedError(stream, actual));
  else if (meets(expected, actual)) return false;
  else pending.resolve({ ok: false, conflict: { stream, expected, actual } });
  return true;
}

function firstResult(found: LogDocument): AppendResult {
  return { ok: true, commit: headerOf(found as Exclude<typeof found, { stream: null }>) };
}

function sameText(earlier: string, text: string): boolean {
  return earlier === text || sameEvents(earlier, JSON.parse(text) as readonly NewEvent[]);
}
