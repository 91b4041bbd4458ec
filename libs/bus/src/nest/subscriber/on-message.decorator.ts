import {
  eventTypeOfClass,
  type EventClass,
  type EventDefinition,
  type RecordedEvent,
} from '@varve/eventstore';
import type { Message } from '../../message/message.js';
import { InvalidBusOptionsError } from '../../transport/errors.js';
import type { MessageContext } from '../../transport/subscription.js';

/** An event as `@OnMessage` takes it: its class, its definition, or its type's stable name. */
export type EventReference = string | EventClass | EventDefinition;

/** What surrounds an event that a method is given. */
export interface EventContext extends MessageContext {
  /** The event with its numbers, time and metadata, and plain data. Never with a position. */
  readonly event: RecordedEvent;
  readonly message: Message;
}

/** What a method for these events is given: an instance of the class, or the event with plain data; for a name alone, whatever it says. */
type EventOf<Reference extends EventReference> = Reference extends abstract new (
  ...args: never[]
) => infer Instance
  ? Instance
  : Reference extends EventDefinition<infer Data>
    ? RecordedEvent<Data>
    : never;

type OnMessageDecorator<Event, Context> = <
  Method extends (event: Event, context: Context, ...rest: never[]) => unknown,
>(
  target: object,
  method: string | symbol,
  descriptor: TypedPropertyDescriptor<Method>,
) => void;

/** `message`: every message as it is. */
export type Handled = 'message' | readonly EventReference[];

const HANDLED = Symbol.for('@varve/bus:handled');

/** Gives a method every message as it came, whatever it is: `(message, context)`. The only one of its class. */
export function OnMessage(): OnMessageDecorator<Message, MessageContext>;
/**
 * Gives a method the events of these types out of the commits that arrive: `(event, context)`. By class it gets an instance, by definition
 * or name the recorded event with plain data; a name whose event is registered with a class, an instance as well.
 */
export function OnMessage<References extends readonly [EventReference, ...EventReference[]]>(
  ...events: References
): OnMessageDecorator<EventOf<References[number]>, EventContext>;
export function OnMessage(...events: readonly EventReference[]): OnMessageDecorator<never, never> {
  for (const event of events) typeOfReference(event);
  const handled: Handled = events.length === 0 ? 'message' : events;
  return (target, method) => {
    // Kept by the method's name: several @OnMessage may stand on it, and another decorator may put a function of its own in its place.
    const other = Reflect.getOwnMetadata(HANDLED, target, method) as Handled | undefined;
    Reflect.defineMetadata(HANDLED, together(other, handled, method), target, method);
  };
}

function together(other: Handled | undefined, handled: Handled, method: string | symbol): Handled {
  if (other === undefined) return handled;
  if (other !== 'message' && handled !== 'message') return [...other, ...handled];
  throw new InvalidBusOptionsError(
    'OnMessage',
    `${String(method)}() is for every message and has another @OnMessage. Keep one of the two.`,
  );
}

/** By its own decorators, or by those of the method that it overrides. */
export function handledBy(instance: object, method: string | symbol): Handled | undefined {
  return Reflect.getMetadata(HANDLED, instance, method) as Handled | undefined;
}

/** @throws InvalidBusOptionsError it has none; `undefined` stands for the class of a file that imports this one: a cycle */
export function typeOfReference(event: EventReference | undefined): string {
  if (typeof event === 'string' && event !== '') return event;
  const type =
    typeof event === 'function'
      ? eventTypeOfClass(event)?.type
      : (event as EventDefinition | undefined)?.type;
  if (type !== undefined) return type;
  throw new InvalidBusOptionsError('OnMessage', `@OnMessage was given ${nameOf(event)}.`);
}

function nameOf(event: EventReference | undefined): string {
  if (event === undefined) return 'undefined: do two files import each other?';
  if (typeof event === 'function')
    return `class ${event.name}, which has no event name: give it @Event('…') first`;
  return `${JSON.stringify(event)}, which is no event`;
}
