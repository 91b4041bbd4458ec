import type { StandardSchemaV1 } from '@standard-schema/spec';
import { InvalidOptionsError } from '../log/errors.js';
import type { EventMetadata, NewEvent } from '../log/event.js';

/** What `@Event` and `defineEvent` take beside the type's name. */
export interface EventOptions<Data = unknown> {
  /** The version of the data's shape, from 1, which is the default. Raise it when old data needs an upcaster. */
  readonly version?: number;
  /**
   * Any Standard Schema (zod, valibot, arktype …) that validates synchronously. It judges the data and never changes it: what is recorded
   * is what was given, or an aggregate would be rebuilt from other data than it decided on.
   */
  readonly schema?: StandardSchemaV1<Data>;
}

/** What the registry knows of one event type. */
export interface EventType {
  readonly type: string;
  readonly schemaVersion: number;
  readonly schema?: StandardSchemaV1;
}

/** A plain event type: made by `defineEvent`, given to the registry. */
export interface EventDefinition<Data = unknown> extends EventType {
  create(data: Data, metadata?: EventMetadata): NewEvent<Data>;
}

/** Names a plain event: `const orderPaid = defineEvent('order.paid', { schema })`, then `orderPaid.create({ … })`. */
export function defineEvent<Data = unknown>(
  type: string,
  options: EventOptions<Data> = {},
): EventDefinition<Data> {
  const eventType = eventTypeFrom(type, options);
  return {
    ...eventType,
    create: (data, metadata) => ({
      type,
      data,
      schemaVersion: eventType.schemaVersion,
      ...(metadata && { metadata }),
    }),
  };
}

/**
 * What `@Event` and `defineEvent` make of a name and its options.
 *
 * @throws InvalidOptionsError the type is empty, longer than 256 characters or begins with `$`, the version is no whole number from 1, or the
 * schema is no Standard Schema
 */
export function eventTypeFrom(type: string, options: EventOptions): EventType {
  const { version = 1, schema } = options;
  assertEventType(type);
  if (!Number.isSafeInteger(version) || version < 1) {
    throw new InvalidOptionsError(
      'version',
      `Event "${type}" has version ${String(version)}. Use a whole number from 1.`,
    );
  }
  if (schema !== undefined && !isStandardSchema(schema)) {
    throw new InvalidOptionsError(
      'schema',
      `The schema of event "${type}" is no Standard Schema. Give one of zod, valibot or arktype.`,
    );
  }
  return { type, schemaVersion: version, ...(schema && { schema }) };
}

function assertEventType(type: unknown): asserts type is string {
  const why =
    typeof type !== 'string' || type === ''
      ? 'is no text'
      : type.startsWith('$')
        ? 'begins with "$", which is reserved'
        : type.length > 256
          ? 'is longer than 256 characters'
          : undefined;
  if (why)
    throw new InvalidOptionsError(
      'type',
      `The event type ${JSON.stringify(type)} ${why}. Use a stable name such as "order.paid".`,
    );
}

/** Callers without TypeScript give anything. */
function isStandardSchema(schema: unknown): boolean {
  if ((typeof schema !== 'object' && typeof schema !== 'function') || schema === null) return false;
  const standard: unknown = '~standard' in schema ? schema['~standard'] : undefined;
  return (
    typeof standard === 'object' &&
    standard !== null &&
    'validate' in standard &&
    typeof standard.validate === 'function'
  );
}
