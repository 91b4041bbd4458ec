import { assertKnownOptions, isPromise, type FailurePolicy, type RecordedEvent } from '@varve/eventstore';
import { InvalidProjectionOptionsError } from './errors.js';
import { handlersIn } from './handlers-in.js';
import type { Projection } from './projection.js';

/** Applies one event. What it returns is awaited only if it is a promise: `(event, tx) => tx.run(…)` gives the driver's result. */
export type EventHandler<Tx> = (event: RecordedEvent, tx: Tx) => void | Promise<void>;

interface ProjectionHead<Tx> {
  readonly name: string;
  readonly version: number;
  readonly order: 'stream' | 'log';
  readonly categories?: readonly string[];
  readonly failurePolicy?: Partial<FailurePolicy>;
  readonly setup?: (tx: Tx) => void | Promise<void>;
}

/** What `defineProjection` takes for a projection that is given event by event. */
export interface HandlerProjection<Tx> extends ProjectionHead<Tx> {
  /** One handler per event type. */
  readonly on: Readonly<Record<string, EventHandler<Tx>>>;
}

/** What `defineProjection` takes for a projection that is given whole batches. */
export interface BatchProjection<Tx> extends ProjectionHead<Tx> {
  readonly handles: readonly string[] | 'all';
  /** Applies a batch at once: for set-based SQL, or to write each row once per batch. */
  readonly applyBatch: (events: readonly RecordedEvent[], tx: Tx) => void | Promise<void>;
}

const HEAD = {
  name: true,
  version: true,
  order: true,
  categories: true,
  failurePolicy: true,
  setup: 'function',
} as const;
const RULES = { of: 'defineProjection', error: InvalidProjectionOptionsError } as const;

/** Declares a read model, with a handler per event type or one function for whole batches. */
export function defineProjection<Tx>(
  definition: HandlerProjection<Tx> | BatchProjection<Tx>,
): Projection<Tx> {
  assertKnownDefinition(definition);
  const { name, version, order, categories, failurePolicy, setup = () => undefined } = definition;
  return {
    name,
    version,
    order,
    ...(categories && { categories }),
    ...(failurePolicy && { failurePolicy }),
    setup,
    ...('applyBatch' in definition
      ? { handles: definition.handles, apply: definition.applyBatch }
      : handlersOf(definition)),
  };
}

/** What nobody reads would be missing in the rows: `on` beside `applyBatch`, or `categories` that are not spelled so. */
function assertKnownDefinition<Tx>(definition: HandlerProjection<Tx> | BatchProjection<Tx>): void {
  if ('applyBatch' in definition) {
    const known = { ...HEAD, handles: true, applyBatch: 'function' } as const;
    assertKnownOptions<BatchProjection<Tx>>(definition, { ...RULES, known });
  } else {
    assertKnownOptions<HandlerProjection<Tx>>(definition, { ...RULES, known: { ...HEAD, on: true } });
  }
}

function handlersOf<Tx>(definition: HandlerProjection<Tx>): Pick<Projection<Tx>, 'handles' | 'apply'> {
  const handlers = handlersIn(`The projection "${definition.name}"`, definition.on);
  return {
    handles: [...handlers.keys()],
    apply: (events, tx, at) => applyEach(handlers, events, { tx, at }),
  };
}

interface Applying<Tx> {
  readonly tx: Tx;
  readonly at: ((event: RecordedEvent) => void) | undefined;
}

/** Stays synchronous until a handler returns a promise: a synchronous projection pays for none. */
function applyEach<Tx>(
  handlers: ReadonlyMap<string, EventHandler<Tx>>,
  events: readonly RecordedEvent[],
  { tx, at }: Applying<Tx>,
): void | Promise<void> {
  for (let i = 0; i < events.length; i++) {
    const event = events[i] as RecordedEvent;
    const pending = handlers.get(event.type)?.(event, tx);
    if (isPromise(pending)) {
      at?.(event);
      return applyRest(handlers, events, { tx, at }, { pending, next: i + 1 });
    }
  }
}

async function applyRest<Tx>(
  handlers: ReadonlyMap<string, EventHandler<Tx>>,
  events: readonly RecordedEvent[],
  { tx, at }: Applying<Tx>,
  from: { pending: PromiseLike<void>; next: number },
): Promise<void> {
  await from.pending;
  for (let i = from.next; i < events.length; i++) {
    const event = events[i] as RecordedEvent;
    const pending = handlers.get(event.type)?.(event, tx);
    if (!isPromise(pending)) continue;
    at?.(event);
    await pending;
  }
}
