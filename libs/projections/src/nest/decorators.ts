import { Injectable } from '@nestjs/common';
import {
  eventTypeOfClass,
  InvalidOptionsError,
  type EventClass,
  type EventType,
  type FailurePolicy,
} from '@varve/eventstore';

export interface ProjectionOptions {
  /** 1 to 64 characters of `a-z 0-9 _ -`, beginning with a letter. */
  readonly name: string;
  /** A whole number from 1. Raise it whenever the rows would come out differently. */
  readonly version: number;
  /** `stream`: applying different streams commutes; `log`: it does not. */
  readonly order: 'stream' | 'log';
  readonly categories?: readonly string[];
  readonly failurePolicy?: Partial<FailurePolicy>;
}

export interface ReactorOptions {
  readonly name: string;
  readonly categories?: readonly string[];
  readonly failurePolicy?: Partial<FailurePolicy>;
  /** Default `from-now`. */
  readonly startFrom?: 'from-now' | 'beginning';
}

export type Declaration =
  | { readonly kind: 'projection'; readonly options: ProjectionOptions }
  | { readonly kind: 'reactor'; readonly options: ReactorOptions };

const DECLARATION = Symbol.for('@varve/projections:declaration');
const HANDLED_TYPES = Symbol.for('@varve/projections:handled-types');

/** A provider whose `@On` methods build a read model: `setup(tx)` makes its tables, `@On` methods take `(event, tx)`. */
export function Projection(options: ProjectionOptions): ClassDecorator {
  return declare({ kind: 'projection', options });
}

/** A provider whose `@On` methods have effects outside a read model: they take `(event, signal)`, at least once. */
export function Reactor(options: ReactorOptions): ClassDecorator {
  return declare({ kind: 'reactor', options });
}

/** Hands a method the events of these types: by name, class or definition; never by the name of the method. */
export function On(...events: readonly (string | EventClass | EventType)[]): MethodDecorator {
  const types = events.map(typeNameOf);
  return (_target, _key, descriptor) => {
    Reflect.defineMetadata(HANDLED_TYPES, types, descriptor.value as object);
  };
}

export function declarationOf(target: object): Declaration | undefined {
  return Reflect.getMetadata(DECLARATION, target) as Declaration | undefined;
}

export function handledTypesOf(method: unknown): readonly string[] | undefined {
  if (typeof method !== 'function') return undefined;
  return Reflect.getMetadata(HANDLED_TYPES, method) as readonly string[] | undefined;
}

function declare(declaration: Declaration): ClassDecorator {
  return (target) => {
    Injectable()(target);
    Reflect.defineMetadata(DECLARATION, declaration, target);
  };
}

function typeNameOf(event: string | EventClass | EventType): string {
  if (typeof event === 'string') return event;
  const type = typeof event === 'function' ? eventTypeOfClass(event)?.type : event.type;
  if (type !== undefined) return type;
  throw new InvalidOptionsError(
    'On',
    `@On was given ${typeof event === 'function' ? `class ${event.name}` : typeof event}, which has no event name. Give it @Event('…') first.`,
  );
}
