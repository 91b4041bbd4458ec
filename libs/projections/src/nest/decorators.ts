import {
  assertKnownOptions,
  eventTypeOfClass,
  InvalidOptionsError,
  type EventClass,
  type EventDefinition,
  type FailurePolicy,
  type RecordedEvent,
} from '@varve/eventstore';
import { InvalidProjectionOptionsError } from '../projection/errors.js';

/** What `@Projection` takes. */
export interface ProjectionOptions {
  /** 1 to 64 characters of `a-z 0-9 _ -`, beginning with a letter. */
  readonly name: string;
  /** A whole number from 1. Raise it whenever the rows would come out differently. */
  readonly version: number;
  /** `stream`: applying different streams commutes; `log`: it does not. */
  readonly order: 'stream' | 'log';
  /** Streams of these categories only, at least one. Default: streams of all categories. */
  readonly categories?: readonly string[];
  /** What happens at a commit that cannot be applied. What is left out is the module's; `park` needs `order: 'stream'`. */
  readonly failurePolicy?: Partial<FailurePolicy>;
}

/** What `@Reactor` takes. */
export interface ReactorOptions {
  /** 1 to 64 characters of `a-z 0-9 _ -`, beginning with a letter. No projection may have it. */
  readonly name: string;
  /** Streams of these categories only, at least one. Default: streams of all categories. */
  readonly categories?: readonly string[];
  /** What happens at an event on which its method throws. What is left out is the module's. */
  readonly failurePolicy?: Partial<FailurePolicy>;
  /** Default `from-now`. */
  readonly startFrom?: 'from-now' | 'beginning';
}

export type Declaration =
  | { readonly kind: 'projection'; readonly options: ProjectionOptions }
  | { readonly kind: 'reactor'; readonly options: ReactorOptions };

const DECLARATION = Symbol.for('@varve/projections:declaration');
const HANDLED_TYPES = Symbol.for('@varve/projections:handled-types');

const error = { error: InvalidProjectionOptionsError };

/** A provider whose `@On` methods build a read model: `setup(tx)` makes its tables, `@On` methods take `(event, tx)`. */
export function Projection(options: ProjectionOptions): ClassDecorator {
  const known = { name: true, version: true, order: true, categories: true, failurePolicy: true } as const;
  assertKnownOptions<ProjectionOptions>(options, { ...error, of: '@Projection', known });
  return declare({ kind: 'projection', options });
}

/**
 * A provider whose `@On` methods have effects outside a read model: they take `(event, signal)`, at least once. What they need is prepared in
 * `onModuleInit`: events may come as soon as the app's bootstrap hooks have begun.
 */
export function Reactor(options: ReactorOptions): ClassDecorator {
  const known = { name: true, categories: true, failurePolicy: true, startFrom: true } as const;
  assertKnownOptions<ReactorOptions>(options, { ...error, of: '@Reactor', known });
  return declare({ kind: 'reactor', options });
}

/** An event as `@On` takes it: its class, its definition, or its type's stable name. */
export type EventReference = string | EventClass | EventDefinition;

/** What an event's class or definition says of its data; a name alone says nothing, and a method may take what it likes. */
type DataOf<Reference extends EventReference> = Reference extends abstract new (
  ...args: never[]
) => infer Instance
  ? Instance
  : Reference extends EventDefinition<infer Data>
    ? Data
    : never;

/** A method decorator that checks that the method takes the events. */
type OnDecorator<Event> = <Method extends (event: Event, ...rest: never[]) => unknown>(
  target: object,
  method: string | symbol,
  descriptor: TypedPropertyDescriptor<Method>,
) => void;

/**
 * Hands a method the events of these types: by class, definition or name; never by the name of the method. It takes
 * `RecordedEvent<OrderPlaced>`, the event with plain data, and is checked to do so.
 */
export function On<References extends readonly EventReference[]>(
  ...events: References
): OnDecorator<RecordedEvent<DataOf<References[number]>>> {
  if (events.length === 0) throw new InvalidOptionsError('On', '@On names no event. Give it at least one.');
  const types = events.map(typeNameOf);
  return (target, method) => {
    // Kept by the method's name: several @On may stand on it, and another decorator may put a function of its own in its place.
    const others = (Reflect.getOwnMetadata(HANDLED_TYPES, target, method) ?? []) as readonly string[];
    Reflect.defineMetadata(HANDLED_TYPES, [...others, ...types], target, method);
  };
}

export function declarationOf(target: object): Declaration | undefined {
  return Reflect.getMetadata(DECLARATION, target) as Declaration | undefined;
}

/** Its own, or those of the method that it overrides. */
export function handledTypesOf(instance: object, method: string | symbol): readonly string[] | undefined {
  return Reflect.getMetadata(HANDLED_TYPES, instance, method) as readonly string[] | undefined;
}

function declare(declaration: Declaration): ClassDecorator {
  return (target) => {
    Reflect.defineMetadata(DECLARATION, declaration, target);
  };
}

/** `undefined` stands for the class of a file that imports this one: a cycle. */
function typeNameOf(event: EventReference | undefined): string {
  if (typeof event === 'string') return event;
  const type = typeof event === 'function' ? eventTypeOfClass(event)?.type : event?.type;
  if (type !== undefined) return type;
  throw new InvalidOptionsError('On', `@On was given ${nameOf(event)}.`);
}

function nameOf(event: EventReference | undefined): string {
  if (event === undefined) return 'undefined: do two files import each other?';
  if (typeof event !== 'function') return `${JSON.stringify(event)}, which is no event`;
  return `class ${event.name}, which has no event name: give it @Event('…') first`;
}
