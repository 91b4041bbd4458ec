import { EventRegistry, UnknownEventTypeError, type RecordedEvent } from '@varve/eventstore';
import { typeOfReference, type EventReference } from './on-message.decorator.js';

/** An event as a method takes it, beside the recorded one. */
export interface Decoded {
  readonly recorded: RecordedEvent;
  /** An instance of its class, or the recorded event. */
  readonly event: object;
}

/**
 * Decodes the events that one subscriber refers to, and no others: a topic may carry types that nobody here knows. What the app's registry
 * knows goes through its upcasters; another service's events need no registration where the subscriber names their class or definition.
 */
export class EventDecoder {
  readonly #stored: ReadonlySet<string>;
  readonly #own: EventRegistry;
  readonly #types: ReadonlySet<string>;

  /** @throws UnknownEventTypeError a name that the app's registry does not know */
  constructor(
    references: readonly EventReference[],
    private readonly registry?: EventRegistry,
  ) {
    this.#types = new Set(references.map(typeOfReference));
    const known = references.filter((each) => this.#isRegistered(each)).map(typeOfReference);
    this.#stored = new Set(registry?.storedTypesOf(known));
    const own = references.filter((each) => typeof each !== 'string' && !this.#isRegistered(each));
    this.#own = new EventRegistry(own.filter((each) => typeof each !== 'string'));
    for (const type of references.filter((each) => typeof each === 'string')) {
      if (registry && !type.startsWith('$') && !known.includes(type))
        throw new UnknownEventTypeError(type, 'a subscriber handles it by name');
    }
  }

  /** None of an event that nobody asked for. @throws EventUndecodableError its schema version is newer than this code */
  decode(event: RecordedEvent): readonly Decoded[] {
    const registry = this.#own.find(event.type) ? this.#own : this.registry;
    if (registry !== this.#own && !this.#stored.has(event.type)) {
      return this.#types.has(event.type) ? [{ recorded: event, event }] : [];
    }
    return (registry?.decode(event) ?? [])
      .filter(({ type }) => this.#types.has(type))
      .map((recorded) => ({ recorded, event: registry?.revive(recorded) ?? recorded }));
  }

  #isRegistered(reference: EventReference): boolean {
    const registered = this.registry?.find(typeOfReference(reference));
    return typeof reference === 'string' ? registered !== undefined : registered?.source === reference;
  }
}
