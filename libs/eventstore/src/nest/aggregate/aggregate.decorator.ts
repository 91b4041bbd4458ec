import type { EventSourced } from '../../aggregate/aggregate-definition.js';
import type { SnapshotStrategy } from '../../aggregate/snapshot-strategy.js';
import { InvalidOptionsError } from '../../log/errors.js';
import type { JsonValue } from '../../log/event.js';
import { assertKnownOptions, shownOption } from '../../log/known-options.js';

/** An aggregate's class. A repository makes instances with the id alone. */
export type AggregateClass<A extends EventSourced = EventSourced> = new (id: string) => A;

/** What `@Aggregate` takes. */
export interface AggregateOptions {
  /** What stands before the first `-` in the names of their streams: `order` for `order-17`. No `-` in it. */
  readonly category: string;
  /** When to keep a snapshot; never by default. Needs `revision` and the methods of `Snapshotted`. */
  readonly snapshots?: SnapshotStrategy;
  /** Change it whenever the shape or meaning of the snapshot's state changes. Schema versions of the events count in by themselves. */
  readonly revision?: string;
}

/** What an aggregate with `snapshots` has. */
export interface Snapshotted {
  toSnapshot(): JsonValue;
  /** Sets the state on a new instance; throws when the state is none of this revision. */
  fromSnapshot(state: JsonValue): void;
}

const OPTIONS = Symbol.for('@varve/eventstore:aggregate-options');

/** Names an aggregate's category, and its snapshots if it has any: `@Aggregate({ category: 'order' })`. */
export function Aggregate(options: AggregateOptions): (target: AggregateClass) => void {
  return (target) => {
    const known = { category: true, snapshots: 'object', revision: 'string' } as const;
    const rules = { of: `@Aggregate of ${target.name}`, known, error: InvalidOptionsError };
    assertKnownOptions<AggregateOptions>(options, rules);
    assertCategory(options.category, target.name);
    if (options.snapshots) assertSnapshotted(target, options);
    Object.defineProperty(target, OPTIONS, { value: options });
  };
}

/** Own only: a subclass in its parent's category would be a second aggregate on the same streams. */
export function aggregateOptionsOf(target: AggregateClass): AggregateOptions {
  if (typeof target === 'function' && Object.hasOwn(target, OPTIONS)) {
    return (target as unknown as { readonly [OPTIONS]: AggregateOptions })[OPTIONS];
  }
  const name = typeof target === 'function' ? `Class ${target.name}` : String(target);
  throw new InvalidOptionsError(
    'category',
    `${name} is no aggregate. Decorate it with @Aggregate({ category: 'order' }).`,
  );
}

function assertCategory(category: unknown, name: string): void {
  if (typeof category === 'string' && /^[^-]+$/.test(category)) return;
  throw new InvalidOptionsError(
    'category',
    `The category of ${name} is ${shownOption(category)}. Use a text without "-", which ends the category in a stream's name.`,
  );
}

function assertSnapshotted(target: AggregateClass, options: AggregateOptions): void {
  if (typeof options.revision !== 'string' || options.revision === '') {
    throw new InvalidOptionsError(
      'revision',
      `${target.name} has snapshots but no revision. Give one, e.g. '1'.`,
    );
  }
  for (const method of ['toSnapshot', 'fromSnapshot'] as const) {
    if (typeof (target.prototype as Partial<Snapshotted>)[method] === 'function') continue;
    throw new InvalidOptionsError('snapshots', `${target.name} has snapshots but no method ${method}.`);
  }
}
