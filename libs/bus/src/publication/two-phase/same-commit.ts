import { sameJson, type Commit } from '@varve/eventstore';
import type { CommitMessage, MessageEvent } from '../../message/commit-message.js';

/**
 * Whether the log's commit is the very one that the message tells of. Metadata and time count as well, although an append that is repeated
 * may bring others: its half message would tell consumers what a rebuild from the log does not. The first append's own message, or the
 * sweep, tells the right ones.
 */
export function isSameCommit(message: CommitMessage, commit: Commit): boolean {
  if (message.commitId !== commit.commitId || message.stream !== commit.stream) return false;
  if (message.firstVersion !== commit.firstVersion || message.lastVersion !== commit.lastVersion)
    return false;
  // A pointer tells the numbers only.
  if (message.events === undefined) return true;
  if (message.at.getTime() !== commit.at.getTime()) return false;
  return message.events.every((event, i) => isSameEvent(event, commit.events[i]));
}

function isSameEvent(one: MessageEvent, other: MessageEvent | undefined): boolean {
  return (
    other !== undefined &&
    one.type === other.type &&
    (one.schemaVersion ?? 1) === (other.schemaVersion ?? 1) &&
    sameJson(one.data, other.data) &&
    sameJson(one.metadata ?? {}, other.metadata ?? {})
  );
}
