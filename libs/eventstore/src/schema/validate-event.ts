import { messageOf } from '../log/message-of.js';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { EventUndecodableError, InvalidEventError, InvalidOptionsError } from '../log/errors.js';
import type { NewEvent, RecordedEvent } from '../log/event.js';
import type { EventType } from './event-definition.js';
import { whereIs } from './upcast-event.js';

export function assertValidOnWrite(event: NewEvent, eventType: EventType | undefined): void {
  const issue = firstIssue(event.type, event.data, eventType?.schema);
  if (!issue) return;
  const { path, message, cause } = issue;
  throw new InvalidEventError(event.type, path, `is refused by its schema: ${message}`, { cause });
}

export function assertValidOnRead(event: RecordedEvent, eventType: EventType | undefined): void {
  const issue = firstIssue(event.type, event.data, eventType?.schema);
  if (!issue) return;
  const { path, message, cause } = issue;
  throw new EventUndecodableError(event.type, whereIs(event), `its schema refuses ${path}: ${message}`, {
    cause,
  });
}

interface FoundIssue {
  readonly path: string;
  readonly message: string;
  readonly cause?: unknown;
}

function firstIssue(
  type: string,
  data: unknown,
  schema: StandardSchemaV1 | undefined,
): FoundIssue | undefined {
  if (!schema) return undefined;
  const result = validate(data, schema);
  if (result instanceof Promise) {
    // zod answers with a promise when a check throws, too. Nobody awaits it: a rejection would end the process.
    result.catch(() => undefined);
    throw new InvalidOptionsError(
      'schema',
      `The schema of event "${type}" answers with a promise: it is asynchronous, or one of its checks throws. Use synchronous checks of the data alone.`,
    );
  }
  if ('threw' in result)
    return { path: 'data', message: `it threw ${messageOf(result.threw)}`, cause: result.threw };
  const issue = result.issues?.[0];
  return issue && { path: pathOf(issue), message: issue.message.replace(/\.$/, '') };
}

function validate(data: unknown, schema: StandardSchemaV1) {
  try {
    return schema['~standard'].validate(data);
  } catch (threw) {
    return { threw };
  }
}

function pathOf(issue: StandardSchemaV1.Issue): string {
  const keys = (issue.path ?? []).map((segment) => (typeof segment === 'object' ? segment.key : segment));
  return keys.reduce<string>(
    (path, key) => path + (typeof key === 'number' ? `[${key}]` : `.${String(key)}`),
    'data',
  );
}
