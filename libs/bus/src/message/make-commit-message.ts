import type { Commit, EventMetadata, LogId } from '@varve/eventstore';
import { COMMIT_TYPE, POINTER_TYPE, type CommitMessage, type MessageEvent } from './commit-message.js';
import type { CloudEvent } from './cloud-event.js';
import { timeAttributes } from './commit-time.js';
import { JSON_TYPE } from './media-type.js';
import type { Message } from './message.js';
import { isTenant, isTraceparent } from './surroundings.js';

/** What a commit's `dataschema` says; another one is of a version that this library does not know. */
export const COMMIT_SCHEMA = 'urn:varve:schema:commit:1';

/** Of a pointer there is no `data`, of a commit its events. */
export interface CommitData {
  readonly events: readonly MessageEvent[];
}

/** A commit of the log, or one that is about to be appended and so has no position yet. */
export type PublishableCommit = Omit<CommitMessage, 'logId' | 'events'> & {
  readonly events: readonly MessageEvent[];
};

/** What `commitMessage` needs beside the commit. */
export interface CommitMessageOptions {
  /** The log that the commit is of. It becomes the message's `source`. */
  readonly logId: LogId;
  /** Where the message goes, by its name at the broker. */
  readonly topic: string;
  /** The numbers without the events, for a commit that is larger than the bus takes. */
  readonly pointer?: boolean;
}

/**
 * One commit, one message: the same commit gets the same `id` and `source`, whoever publishes it and as often as it is. Numbers are
 * strings: CloudEvents' integers end at 2³¹, and a header has no other type. `traceparent` and `tenant` come from the first event's
 * metadata unless the commit has its own. One that an attribute cannot carry, or of more than 256 characters, is left out, and is still
 * in the event's metadata; so is a time beyond RFC 3339, which goes as `atmilliseconds`: whatever the log takes can be published.
 */
export function commitMessage(
  commit: Commit | PublishableCommit,
  { logId, topic, pointer = false }: CommitMessageOptions,
): Message<CommitData> {
  const { stream, commitId } = commit;
  const tag = commit.events[0]?.type;
  const event: CloudEvent<CommitData> = {
    ...attributesOfCommit(commit, logId),
    type: pointer ? POINTER_TYPE : COMMIT_TYPE,
    ...(pointer ? {} : { datacontenttype: JSON_TYPE, data: { events: commit.events.map(toMessageEvent) } }),
  };
  const searchKeys = commitId === undefined ? [stream] : [stream, commitId];
  return { topic, key: stream, event, searchKeys, ...(tag === undefined ? {} : { tag }) };
}

/** A URI, as `source` must be. */
export function sourceOf(logId: LogId): string {
  return `urn:varve:log:${encodeURIComponent(logId)}`;
}

function attributesOfCommit(commit: Commit | PublishableCommit, logId: LogId) {
  const { stream, firstVersion, lastVersion, commitId, position, at } = commit;
  const surroundings: EventMetadata = commit.events[0]?.metadata ?? {};
  const { traceparent = surroundings['traceparent'], tenant = surroundings['tenant'] } =
    commit as Partial<CommitMessage>;
  return {
    specversion: '1.0' as const,
    id: `${stream}@${firstVersion}`,
    source: sourceOf(logId),
    subject: stream,
    ...timeAttributes(at),
    dataschema: COMMIT_SCHEMA,
    firstversion: String(firstVersion),
    lastversion: String(lastVersion),
    ...(commitId === undefined ? {} : { commitid: commitId }),
    ...(position === undefined ? {} : { position: String(position) }),
    ...(isTraceparent(traceparent) ? { traceparent } : {}),
    ...(isTenant(tenant) ? { tenant } : {}),
  };
}

function toMessageEvent({ type, data, metadata, schemaVersion = 1 }: MessageEvent): MessageEvent {
  const hasFacts = metadata !== undefined && Object.keys(metadata).length > 0;
  return { type, data, ...(hasFacts ? { metadata } : {}), ...(schemaVersion === 1 ? {} : { schemaVersion }) };
}
