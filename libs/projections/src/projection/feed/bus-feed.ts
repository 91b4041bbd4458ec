import {
  Sequencer,
  topicNaming,
  type BusNotice,
  type GroupPlan,
  type MessageBus,
  type SequencerOptions,
  type TopicNaming,
} from '@varve/bus';
import type { CommitFeed } from '@varve/eventstore';
import { InvalidProjectionOptionsError } from '../errors.js';
import type { Processing } from '../processing-options.js';
import type { Projection } from '../projection.js';
import type { ReadModels } from '../read-models.js';

/** A bus that brings commits faster than the log is walked. Whatever it loses comes by the log. */
export interface BusFeed extends Pick<
  SequencerOptions,
  'startFrom' | 'onPoison' | 'maxHeld' | 'maxHeldBytes' | 'hold'
> {
  readonly bus: MessageBus;
  /** The topics themselves, or how a category's topic is called. Default: a topic per category of the projection, named after it. */
  readonly topics?: readonly string[] | TopicNaming;
  /** The projections that are fed; the others follow the log alone. Default: all. */
  readonly projections?: readonly string[];
  /** Stands before a projection's name in the name of its broker group. Default: `varve-` and the projector's group. */
  readonly groupPrefix?: string;
  /** How far the walk along the log stays behind while the bus is there first, in milliseconds. Default 2,000. */
  readonly walkBehind?: number;
  readonly onNotice?: (notice: BusNotice) => void;
}

export function isFed(feed: BusFeed | undefined, { name }: { readonly name: string }): boolean {
  return feed !== undefined && (feed.projections?.includes(name) ?? true);
}

/**
 * What is wrong is said at start-up.
 *
 * @throws InvalidProjectionOptionsError
 */
export function validateFeed<Tx>(
  feed: BusFeed | undefined,
  projections: readonly Projection<Tx>[],
  readModels: Pick<ReadModels<Tx>, 'lacks' | 'location'>,
): void {
  const known = new Set(projections.map(({ name }) => name));
  const unknown = feed?.projections?.find((name) => !known.has(name));
  if (unknown !== undefined) {
    throw new InvalidProjectionOptionsError(
      'feed.projections',
      `"${unknown}" is none of the projections: ${[...known].join(', ')}.`,
    );
  }
  for (const projection of projections) {
    if (!feed || !isFed(feed, projection)) continue;
    assertCanBeFed(projection, readModels);
    assertFed(feed, projection);
  }
}

function assertCanBeFed<Tx>(
  { name }: Projection<Tx>,
  { lacks, location }: Pick<ReadModels<Tx>, 'lacks' | 'location'>,
): void {
  if (lacks?.feeding === undefined) return;
  throw new InvalidProjectionOptionsError(
    'feed',
    `"${name}" is fed by a bus, which the read models at ${location} cannot be: they ${lacks.feeding}. Leave it out of feed.projections, or leave ` +
      'out the bus: then it follows the log alone.',
  );
}

function assertFed<Tx>(feed: BusFeed, projection: Projection<Tx>): void {
  const { name, order } = projection;
  if (order === 'log') {
    throw new InvalidProjectionOptionsError(
      'order',
      `"${name}" has order 'log' and is fed by a bus, which keeps no order between streams. Use order 'stream', or leave it out of feed.projections: ` +
        'then it follows the log alone.',
    );
  }
  if (topicsOf(feed, projection).length > 0) return;
  throw new InvalidProjectionOptionsError(
    'feed.topics',
    `"${name}" names no categories, so its topics cannot be told. Give them in feed.topics, or categories to the projection.`,
  );
}

function topicsOf<Tx>({ topics }: BusFeed, { categories = [] }: Projection<Tx>): readonly string[] {
  if (topics && !('topicOf' in topics)) return topics;
  const naming = topics ?? topicNaming();
  return [...new Set(categories.map((category) => naming.topicOf(category)))];
}

/** What a broker must have for them: one group for each projection, so that none takes another's messages. */
export function feedGroups<Tx>(
  feed: BusFeed,
  projections: readonly Projection<Tx>[],
  group?: string,
): readonly GroupPlan[] {
  return projections
    .filter((projection) => isFed(feed, projection))
    .map((projection) => ({
      name: groupOf(feed, projection, group),
      topics: topicsOf(feed, projection),
      order: 'none',
    }));
}

function groupOf({ groupPrefix }: BusFeed, { name }: { readonly name: string }, group = 'default'): string {
  return (groupPrefix ?? `varve-${group}-`) + name;
}

/** Makes a projection's feed: it connects to nothing before the lease is there. */
export function commitFeedOf<Tx>(
  feed: BusFeed,
  projection: Projection<Tx>,
  { log, clock, timers, random, group }: Processing<Tx> & { readonly group?: string },
): CommitFeed {
  const { bus, startFrom, onPoison, maxHeld, maxHeldBytes, hold, onNotice } = feed;
  return new Sequencer({
    bus,
    log,
    clock,
    timers,
    topics: topicsOf(feed, projection),
    group: groupOf(feed, projection, group),
    ...(random && { random }),
    ...(startFrom && { startFrom }),
    ...(onPoison && { onPoison }),
    ...(maxHeld !== undefined && { maxHeld }),
    ...(maxHeldBytes !== undefined && { maxHeldBytes }),
    ...(hold !== undefined && { hold }),
    ...(onNotice && { onNotice }),
  });
}
