import { InvalidOptionsError } from '../log/errors.js';
import type { RecordedEvent } from '../log/event.js';
import type { EventStore } from '../log/event-store.js';
import { assertKnownOptions, type OptionKind } from '../log/known-options.js';
import type { SnapshotStore } from '../log/snapshot-store.js';
import type { EventRegistry } from '../schema/event-registry.js';
import type { AggregateDefinition, EventSourced } from './aggregate-definition.js';
import type { NoticeListener } from './aggregate-notice.js';
import type { Backoff } from './backoff.js';

/** What a repository of one kind of aggregate works with. */
export interface AggregateRepositoryOptions<A extends EventSourced> {
  /** The log that the aggregates are loaded from and saved to. */
  readonly store: EventStore;
  /** The events that its aggregates record and are rebuilt from. One that it does not know is an error, on load and on save. */
  readonly registry: EventRegistry;
  /** How one aggregate is made, rebuilt and kept as a snapshot, and the category that its streams' names begin with. */
  readonly definition: AggregateDefinition<A>;
  /** Needed when the definition has `snapshots`. */
  readonly snapshotStore?: SnapshotStore;
  /** Called after each append with what was recorded. It is not awaited; its failure is announced and fails nothing. */
  readonly onRecorded?: (events: readonly RecordedEvent[], aggregate: A) => unknown;
  /** Hears what has failed no load and no save: snapshots that were not used or kept, an `onRecorded` that failed, decisions that are taken again. */
  readonly announce?: NoticeListener;
  /** Waits between re-decisions, and between tries of an append whose outcome is unknown. */
  readonly backoff?: Partial<Backoff>;
  /** Ids for commits to which nobody gives one: they make an append repeatable after an unknown outcome. */
  readonly newCommitId?: () => string;
}

const KNOWN: Readonly<Record<keyof Required<AggregateRepositoryOptions<never>>, OptionKind>> = {
  store: 'object',
  registry: 'object',
  definition: 'object',
  snapshotStore: 'object',
  onRecorded: 'function',
  announce: 'function',
  backoff: true,
  newCommitId: 'function',
};

/** @throws InvalidOptionsError also for a category that has a "-" */
export function assertRepositoryOptions<A extends EventSourced>(
  options: AggregateRepositoryOptions<A>,
): void {
  const rules = { of: 'an aggregate repository', known: KNOWN, error: InvalidOptionsError };
  assertKnownOptions<AggregateRepositoryOptions<A>>(options, rules);
  const { category } = options.definition;
  if (category !== '' && !category.includes('-')) return;
  throw new InvalidOptionsError(
    'category',
    `The category "${category}" must be a name without "-", which ends it in stream names.`,
  );
}
