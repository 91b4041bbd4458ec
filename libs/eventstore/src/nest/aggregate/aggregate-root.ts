import type { Type } from '@nestjs/common';
import { AggregateRoot as CqrsAggregateRoot, type IEvent, type IEventHandler } from '@nestjs/cqrs';
import { AggregateNotAttachedError, HandlerNotFoundError } from '../../aggregate/aggregate-errors.js';
import { assertSynchronous } from '../../aggregate/synchronous.js';
import { InvalidOptionsError, UnknownEventTypeError } from '../../log/errors.js';
import { eventTypeOf } from '../../schema/event-class.js';
import { eventHandlersOf } from './when.decorator.js';

/** What `AggregateRoot.apply` takes beside the event; `true` in its place is `fromHistory`. Both default to `false`. */
export interface ApplyOptions {
  /** The event has happened already: it changes the state and is not saved again. */
  readonly fromHistory?: boolean;
  /** Only remember the event. Loading the aggregate will run the handler all the same. */
  readonly skipHandler?: boolean;
}

/**
 * The aggregate root of @nestjs/cqrs with an event store behind it. `apply`, `getUncommittedEvents` and `commit` mean what they mean there;
 * events find their handler by `@When`, and `commit` resolves when the events are in the log.
 */
export abstract class AggregateRoot<EventBase extends IEvent = IEvent> extends CqrsAggregateRoot<EventBase> {
  /** Runs the event's handler, then remembers the event for the next save. A handler that throws leaves nothing to save. */
  override apply(event: EventBase, options: boolean | ApplyOptions = {}): void {
    const { fromHistory, skipHandler } = typeof options === 'boolean' ? { fromHistory: options } : options;
    const handler = this.getEventHandler(event) as unknown as (event: EventBase) => unknown;
    if (!skipHandler) {
      assertSynchronous(
        handler.call(this, event),
        () => `@When(${eventTypeOf(event)}) of ${this.constructor.name}`,
      );
    }
    if (!fromHistory) super.getUncommittedEvents().push(event);
  }

  /**
   * Appends the uncommitted events to the log: the save of the repository that this aggregate was loaded from. Rejects when the append
   * does, and the events stay uncommitted then.
   *
   * @throws AggregateNotAttachedError no repository owns the aggregate
   */
  override async commit(): Promise<void> {
    const save = saves.get(this);
    if (!save) throw new AggregateNotAttachedError(this.constructor.name);
    await save();
  }

  override get autoCommit(): boolean {
    return false;
  }

  /** A synchronous commit of single events cannot be awaited, and would split what belongs together. */
  override set autoCommit(value: boolean) {
    if (!value) return;
    throw new InvalidOptionsError(
      'autoCommit',
      `autoCommit = true is not possible with an event store: an append is asynchronous. Save ${this.constructor.name} when its method is done.`,
    );
  }

  /**
   * @throws UnknownEventTypeError the event has no type: neither `@Event` on its class nor a `type` of its own
   * @throws HandlerNotFoundError no method here is decorated with the event's `@When`
   */
  protected override getEventHandler(event: EventBase): Type<IEventHandler> | undefined {
    return handlerOf(this, event) as unknown as Type<IEventHandler>;
  }
}

const saves = new WeakMap<object, () => Promise<unknown>>();

/** Makes `commit()` of this aggregate the given save. Kept beside the aggregate, which stays free of anything that is not its state. */
export function attachSave(aggregate: object, save: () => Promise<unknown>): void {
  saves.set(aggregate, save);
}

function handlerOf(aggregate: object, event: object): (event: object) => void {
  const name = aggregate.constructor.name;
  const type = eventTypeOf(event);
  if (type === undefined) throw new UnknownEventTypeError(event.constructor.name, `applied to ${name}`);
  const method = eventHandlersOf(Object.getPrototypeOf(aggregate) as object).methods.get(type);
  if (method === undefined) throw new HandlerNotFoundError(type, name);
  return Reflect.get(aggregate, method) as (event: object) => void;
}
