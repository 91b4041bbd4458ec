import { meets } from '../../log/expected-version.js';
import type { Position } from '../../log/positions.js';
import type { StreamName } from '../../log/stream-name.js';
import { placeOf, type CommitDocument } from '../connection/commit-document.js';
import { STREAM_CLOSED } from '../../log/event.js';
import type { PendingAppend } from './append-request.js';
import type { StreamHead, StreamHeads } from './stream-heads.js';

export interface PlannedCommit {
  readonly pending: PendingAppend;
  readonly document: CommitDocument;
}

/**
 * Numbers a group after `head`, each request judged by what is known of its stream and by the requests before it. A request that does not
 * pass is marked doubtful and left out.
 */
export function planGroup(
  group: readonly PendingAppend[],
  head: Position,
  heads: StreamHeads,
): PlannedCommit[] {
  const staged = new Map<StreamName, StreamHead>();
  const planned: PlannedCommit[] = [];
  for (const pending of group) {
    const { stream } = pending;
    const known = staged.get(stream) ?? heads.get(stream) ?? NO_EVENTS;
    if (known.closed || !meets(pending.expected, known.version)) {
      pending.doubtful = true;
      continue;
    }
    const document = documentOf(pending, head + planned.length + 1, known);
    staged.set(stream, { version: document.lastVersion, closed: pending.types[0] === STREAM_CLOSED });
    planned.push({ pending, document });
  }
  return planned;
}

/** Whether an append can be judged before anything is known of its stream: a stream’s first commit has version 1, and only one can. */
export function expectsNoStream({ expected }: PendingAppend): boolean {
  return expected === 0 || expected === 'no-stream';
}

function documentOf(pending: PendingAppend, position: Position, head: StreamHead): CommitDocument {
  const { stream, commitId, at, types, text, count } = pending;
  const place = placeOf(stream, head.version + 1);
  return { _id: position, ...place, lastVersion: head.version + count, commitId, at, types, events: text };
}

const NO_EVENTS: StreamHead = { version: 0, closed: false };
