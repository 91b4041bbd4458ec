import { EventUndecodableError, InvalidOptionsError, UnknownEventTypeError } from '../log/errors.js';
import type { NewEvent, RecordedEvent } from '../log/event.js';
import { encodeEvent } from './encode-event.js';
import { eventTypeOfClass, type AnyEvent } from './event-class.js';
import type { EventType } from './event-definition.js';
import { reviverOf, type Reviver } from './revive-event.js';
import { hashOf } from './revision-hash.js';
import { upcastEvent, whereIs } from './upcast-event.js';
import { chainUpcasters, type UpcasterChains } from './upcaster-chain.js';
import type { Upcaster } from './upcaster.js';
import { assertValidOnRead } from './validate-event.js';

/** How old events are read, and how strictly. */
export interface EventRegistryOptions {
  /** What turns data that older code has stored into what this code knows; made by `upcast`, `rename` and `split`. Default none. */
  readonly upcasters?: readonly Upcaster[];
  /** Stored types that this code knows and does not want: they decode to nothing. */
  readonly dropped?: readonly string[];
  /** Validates what is read as well. Off by default: what was written has been validated, and reading is the hot path. */
  readonly validateOnRead?: boolean;
}

/** One known event type, with what is needed to write and read it. */
export interface RegisteredEvent extends EventType {
  /** The class or definition that was given to the registry. */
  readonly source: AnyEvent;
  readonly revive?: Reviver;
}

/**
 * The events that this code knows, by their stable names. What is wrong with it (a name given twice, a gap in an upcaster chain) is said
 * when it is made; what it does not know while reading is an error, never silence. Types that begin with `$` pass through untouched.
 */
export class EventRegistry {
  readonly #events = new Map<string, RegisteredEvent>();
  readonly #dropped: ReadonlySet<string>;
  readonly #chains: UpcasterChains;
  readonly #validateOnRead: boolean;

  /** @throws InvalidOptionsError names the event or upcaster that does not fit. */
  constructor(events: readonly AnyEvent[], options: EventRegistryOptions = {}) {
    for (const source of events) this.#register(source);
    this.#dropped = new Set(options.dropped);
    this.#validateOnRead = options.validateOnRead ?? false;
    for (const type of this.#dropped) {
      if (this.#events.has(type))
        throw new InvalidOptionsError(
          'dropped',
          `Event "${type}" is registered and dropped. Decide for one.`,
        );
    }
    const versions = new Map([...this.#events.values()].map((event) => [event.type, event.schemaVersion]));
    this.#chains = chainUpcasters(options.upcasters ?? [], versions, this.#dropped);
  }

  /** The types that decoding can yield. */
  get types(): readonly string[] {
    return [...this.#events.keys()];
  }

  find(type: string): RegisteredEvent | undefined {
    return this.#events.get(type);
  }

  /**
   * An event as it is appended: its class's data, or the plain event, with name and schema version, validated.
   *
   * @throws UnknownEventTypeError the type or class is not registered here
   * @throws InvalidEventError the schema refuses the data
   */
  encode(event: object): NewEvent {
    return encodeEvent(event, this.#events);
  }

  /** Whether an event needs no decoding: true for nearly all, and costs one look-up. */
  isCurrent(event: NewEvent): boolean {
    if (this.#validateOnRead) return false;
    const { type, schemaVersion = 1 } = event;
    return this.#events.get(type)?.schemaVersion === schemaVersion || type.startsWith('$');
  }

  /**
   * A stored event in the shapes that this code knows: none when its type is dropped, several (with `part`) when it was split.
   *
   * @throws UnknownEventTypeError nobody has registered the type
   * @throws EventUndecodableError its schema version is newer than this code, or an upcaster or schema refuses it
   */
  decode(event: RecordedEvent): readonly RecordedEvent[] {
    if (this.isCurrent(event)) return [event];
    const decoded = upcastEvent(event, {
      chains: this.#chains,
      events: this.#events,
      isDropped: (type) => this.#dropped.has(type),
    });
    if (this.#validateOnRead)
      for (const each of decoded) assertValidOnRead(each, this.#events.get(each.type));
    return decoded;
  }

  /** A decoded event as code handles it: an instance of its class (whose constructor does not run), or itself when it is plain. */
  revive(event: NewEvent): object {
    const registered = this.#events.get(event.type);
    if (!registered) {
      if (event.type.startsWith('$')) return event;
      throw new UnknownEventTypeError(event.type, whereIs(event));
    }
    const { schemaVersion = 1 } = event;
    if (registered.schemaVersion !== schemaVersion) {
      throw new EventUndecodableError(
        event.type,
        whereIs(event),
        `it has schema version ${schemaVersion}; decode it before reviving it`,
      );
    }
    return registered.revive ? registered.revive(event.data) : event;
  }

  /** The stored types from which these can come, for a filter on `readAll`: the types themselves, their old names, and what is split into them. */
  storedTypesOf(types: readonly string[]): readonly string[] {
    const stored = new Set<string>();
    const visit = (type: string): void => {
      if (stored.has(type)) return;
      stored.add(type);
      for (const source of this.#chains.sourcesOf(type)) visit(source);
    };
    for (const type of types) {
      if (!this.#events.has(type) && !type.startsWith('$'))
        throw new UnknownEventTypeError(type, 'asked for by a reader');
      visit(type);
    }
    return [...stored].sort();
  }

  /**
   * Changes when the shape of these types (all, without an argument) changes: part of a snapshot's revision, so that a snapshot made from
   * other shapes is not used.
   */
  revision(types: readonly string[] = this.types): string {
    const known = types.filter((type) => this.#events.has(type));
    const shapes = this.storedTypesOf(known).map(
      (type) => `${type}@${this.#events.get(type)?.schemaVersion ?? this.#chains.newestOf(type)}`,
    );
    return hashOf([...shapes, ...[...this.#dropped].sort().map((type) => `-${type}`)]);
  }

  #register(source: AnyEvent): void {
    const eventType = typeof source === 'function' ? eventTypeOfClass(source) : source;
    if (!hasType(eventType)) {
      throw new InvalidOptionsError(
        'events',
        `${nameOf(source)} has no event name. Give a class with @Event('order.paid'), or what defineEvent has made.`,
      );
    }
    const { type, schemaVersion, schema } = eventType;
    const already = this.#events.get(type);
    if (already?.source === source) return;
    if (already) {
      throw new InvalidOptionsError(
        'events',
        `Two events are called "${type}": ${nameOf(already.source)} and ${nameOf(source)}. Rename one.`,
      );
    }
    const revive = typeof source === 'function' ? reviverOf(source) : undefined;
    this.#events.set(type, {
      type,
      schemaVersion,
      source,
      ...(schema && { schema }),
      ...(revive && { revive }),
    });
  }
}

/** A name alone, such as `'order.paid'`, says nothing of its version. */
function hasType(eventType: unknown): eventType is EventType {
  return typeof (eventType as Partial<EventType> | null | undefined)?.type === 'string';
}

/** Callers without TypeScript give anything. */
function nameOf(source: unknown): string {
  if (typeof source === 'function') return `class ${source.name}`;
  if (hasType(source)) return 'a plain definition';
  return source === undefined ? 'undefined (do two files import each other?)' : JSON.stringify(source);
}
