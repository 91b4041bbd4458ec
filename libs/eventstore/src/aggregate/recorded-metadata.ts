import { metadataFromContext } from '../context/context.js';
import type { EventMetadata, NewEvent } from '../log/event.js';

/** Puts context and given metadata onto events. The event's own keys win over the given ones, and these over the context's. */
export function withMetadata(events: readonly NewEvent[], given?: EventMetadata): readonly NewEvent[] {
  const shared = metadataFromContext(given);
  if (Object.keys(shared).length === 0) return events;
  return events.map((event) => ({
    ...event,
    metadata: event.metadata ? { ...shared, ...event.metadata } : shared,
  }));
}
