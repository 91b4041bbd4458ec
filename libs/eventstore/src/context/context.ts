import { AsyncLocalStorage } from 'node:async_hooks';
import type { EventMetadata, JsonValue, RecordedEvent } from '../log/event.js';

/** Who and what is behind the work that runs: goes into the metadata of every event that the work appends. */
export interface VarveContext {
  /** The same for everything that one request or job sets off. */
  readonly correlationId: string;
  /** What this work is the direct answer to: a command's id, or an event as `stream@version`. */
  readonly causationId?: string | undefined;
  readonly actor?: string | undefined;
  readonly [key: string]: JsonValue | undefined;
}

const storage = new AsyncLocalStorage<VarveContext>();

/** Runs `work` with a context of its own, which everything that it awaits or starts can see. */
export function runWithContext<T>(context: VarveContext, work: () => T): T {
  return storage.run(context, work);
}

/** Who and what is behind the work that runs; nothing outside of `runWithContext`, a request and a processor. */
export function currentContext(): VarveContext | undefined {
  return storage.getStore();
}

/**
 * The context for work that an event sets off: the event becomes the cause, and correlation, actor and all other keys pass on. All of
 * them, since a lost tenant does more harm than a key too many.
 */
export function contextOfEvent(event: Pick<RecordedEvent, 'stream' | 'version' | 'metadata'>): VarveContext {
  const id = `${event.stream}@${event.version}`;
  return { ...event.metadata, correlationId: event.metadata.correlationId ?? id, causationId: id };
}

/** The current context as metadata; explicit metadata wins over it, key by key. */
export function metadataFromContext(explicit?: EventMetadata): EventMetadata {
  const merged: Record<string, JsonValue> = {};
  for (const source of [storage.getStore(), explicit]) {
    for (const [key, value] of Object.entries(source ?? {}))
      if (value !== undefined) define(merged, key, value);
  }
  return merged;
}

/** An assignment to `__proto__` would set the prototype, and the key would be lost. */
function define(target: Record<string, JsonValue>, key: string, value: JsonValue): void {
  Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
}
