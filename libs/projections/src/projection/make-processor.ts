import {
  failurePolicyFrom,
  Processor,
  type HandledCommit,
  type ProcessorEvent,
  type ProcessorFilter,
  type ProcessorOptions,
  type RecordedEvent,
} from '@varve/eventstore';
import type { Processing } from './processing-options.js';
import type { Projection, Reactor } from './projection.js';
import { processorIdOf, reactorIdOf, type VersionId } from './version-id.js';

export type ProjectionProcessorOptions = Pick<ProcessorOptions<never>, 'feed' | 'mayBeFed' | 'walkBehind'> & {
  readonly onEvent: (event: ProcessorEvent) => void;
};

/** The processor that keeps one build of a projection up to date. */
export function projectionProcessor<Tx>(
  projection: Projection<Tx>,
  version: VersionId,
  processing: Processing<Tx>,
  { onEvent, ...feeding }: ProjectionProcessorOptions,
): Processor<Tx> {
  const wanted = wantedAfterDecoding(projection, processing);
  return new Processor({
    ...common(projection, processing, onEvent),
    ...feeding,
    id: processorIdOf(version),
    order: projection.order,
    handler: {
      effects: 'in-transaction',
      apply: (commits, tx, at) => projection.apply(eventsOf(commits, wanted), tx, at),
    },
  });
}

/** The processor behind a reactor: its effects come first, then the checkpoint. */
export function reactorProcessor<Tx>(
  reactor: Reactor,
  processing: Processing<Tx>,
  onEvent: (event: ProcessorEvent) => void,
): Processor<Tx> {
  const wanted = wantedAfterDecoding(reactor, processing);
  return new Processor({
    ...common(reactor, processing, onEvent),
    id: reactorIdOf(reactor),
    order: 'stream',
    startFrom: reactor.startFrom,
    handler: {
      effects: 'before-checkpoint',
      react: (event, signal) => {
        if (!wanted || wanted.has(event.type)) return reactor.react(event, signal);
      },
    },
  });
}

type Handling = Pick<Reactor, 'handles' | 'categories' | 'failurePolicy'>;

function common<Tx>(
  handling: Handling,
  processing: Processing<Tx>,
  onEvent: (event: ProcessorEvent) => void,
): Omit<ProcessorOptions<Tx>, 'id' | 'order' | 'handler'> {
  const { log, readModels, registry, owner, leaseDuration, clock, timers } = processing;
  const { onUndecodable, batch, now, random } = processing;
  return {
    log,
    store: readModels,
    owner,
    leaseDuration,
    clock,
    timers,
    onEvent,
    filter: filterOf(handling, processing),
    failurePolicy: failurePolicyFrom(processing.failurePolicy, handling.failurePolicy),
    ...(registry && { decode: (event: RecordedEvent) => registry.decode(event) }),
    ...(onUndecodable && { onUndecodable }),
    ...(batch && { batch }),
    ...(now && { now }),
    ...(random && { random }),
  };
}

function filterOf<Tx>({ handles, categories }: Handling, { registry }: Processing<Tx>): ProcessorFilter {
  return {
    ...(categories && { categories }),
    ...(handles !== 'all' && { types: registry ? registry.storedTypesOf(handles) : handles }),
  };
}

/** Decoding may split a stored event into some that are wanted and some that are not. */
function wantedAfterDecoding<Tx>(
  { handles }: Handling,
  { registry }: Processing<Tx>,
): ReadonlySet<string> | undefined {
  return handles === 'all' || !registry ? undefined : new Set(handles);
}

function eventsOf(
  commits: readonly HandledCommit[],
  wanted: ReadonlySet<string> | undefined,
): RecordedEvent[] {
  const events: RecordedEvent[] = [];
  for (const commit of commits) {
    for (const event of commit.events) {
      if (!wanted || wanted.has(event.type)) events.push(event);
    }
  }
  return events;
}
