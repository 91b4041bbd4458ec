import type { StandardSchemaV1 } from '@standard-schema/spec';
import { EventUndecodableError, InvalidEventError, InvalidOptionsError } from '../log/errors.js';
import type { NewEvent, RecordedEvent } from '../log/event.js';
import type { EventType } from './event-definition.js';
import { whereIs } from './upcast-event.js';

export function assertValidOnWrite(event: NewEvent, eventType: EventType | undefined): void {
  const issue = firstIssue(event.type, event.data, eventType?.schema);
  if (issue)
    throw new InvalidEventError(event.type, issue.path, `is refused by its schema: ${issue.message}`);
}

export function assertValidOnRead(event: RecordedEvent, eventType: EventType | undefined): void {
  const issue = firstIssue(event.type, event.data, eventType?.schema);
  if (!issue) return;
  throw new EventUndecodableError(
    event.type,
    whereIs(event),
    `its schema refuses ${issue.path}: ${issue.message}`,
  );
}

function firstIssue(type: string, data: unknown, schema: StandardSchemaV1 | undefined) {
  const result = schema?.['~standard'].validate(data);
  if (result instanceof Promise) {
    // Nobody awaits it: without this a rejection would end the process.
    result.catch(() => undefined);
    throw new InvalidOptionsError(
      'schema',
      `The schema of event "${type}" is asynchronous. An event is judged by its data alone: use a synchronous one.`,
    );
  }
  const issue = result?.issues?.[0];
  return issue && { path: pathOf(issue), message: issue.message.replace(/\.$/, '') };
}

function pathOf(issue: StandardSchemaV1.Issue): string {
  const keys = (issue.path ?? []).map((segment) => (typeof segment === 'object' ? segment.key : segment));
  return keys.reduce<string>(
    (path, key) => path + (typeof key === 'number' ? `[${key}]` : `.${String(key)}`),
    'data',
  );
}
