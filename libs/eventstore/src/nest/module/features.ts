import type { DiscoveryService } from '@nestjs/core';
import { InvalidOptionsError } from '../../log/errors.js';
import type { EventClass } from '../../schema/event-class.js';
import type { EventDefinition } from '../../schema/event-definition.js';
import { aggregateOptionsOf, type AggregateClass } from '../aggregate/aggregate.decorator.js';
import { eventHandlersOf } from '../aggregate/when.decorator.js';
import { DEFAULT_STORE } from './tokens.js';

/** Left behind by `forRoot`, to be found by name before anything is opened. */
export class StoreDeclaration {
  constructor(readonly storeName: string) {}
}

/** Left behind by `forFeature`: the store's registry is made of all of them, whatever the order of the modules. */
export class FeatureDeclaration {
  constructor(
    readonly storeName: string,
    readonly aggregates: readonly AggregateClass[],
  ) {}
}

/** What the modules of the app have declared for one store. */
export interface StoreFeatures {
  readonly aggregates: readonly AggregateClass[];
  readonly events: readonly (EventClass | EventDefinition)[];
}

/** @throws InvalidOptionsError two stores have this name, or two aggregates one category */
export function featuresOf(storeName: string, discovery: DiscoveryService): StoreFeatures {
  const declarations = discovery.getProviders().map((provider) => provider.instance as unknown);
  assertOneStore(storeName, declarations);
  const features = declarations.filter((each) => each instanceof FeatureDeclaration);
  const aggregates = new Set(
    features.filter((each) => each.storeName === storeName).flatMap((each) => each.aggregates),
  );
  assertOwnCategories(aggregates);
  const events = [...aggregates].flatMap((aggregate) => [
    ...eventHandlersOf(aggregate.prototype as object).events,
  ]);
  return { aggregates: [...aggregates], events };
}

/** The categories of all aggregates that the app's modules have declared for one store: whose streams it may write. */
export function aggregateCategoriesOf(
  discovery: DiscoveryService,
  storeName: string = DEFAULT_STORE,
): readonly string[] {
  const features = discovery
    .getProviders()
    .map((provider) => provider.instance as unknown)
    .filter((each) => each instanceof FeatureDeclaration);
  const ofStore = features.filter((each) => each.storeName === storeName);
  return [
    ...new Set(
      ofStore.flatMap(({ aggregates }) => aggregates.map((each) => aggregateOptionsOf(each).category)),
    ),
  ];
}

function assertOneStore(storeName: string, declarations: readonly unknown[]): void {
  const stores = declarations.filter(
    (each) => each instanceof StoreDeclaration && each.storeName === storeName,
  );
  if (stores.length < 2) return;
  throw new InvalidOptionsError(
    'name',
    `EventStoreModule was set up ${stores.length} times with the name "${storeName}". Set it up once, or name the stores apart.`,
  );
}

function assertOwnCategories(aggregates: ReadonlySet<AggregateClass>): void {
  const owners = new Map<string, AggregateClass>();
  for (const aggregate of aggregates) {
    const { category } = aggregateOptionsOf(aggregate);
    const owner = owners.get(category);
    if (owner) {
      throw new InvalidOptionsError(
        'category',
        `Two aggregates have the category "${category}": ${owner.name} and ${aggregate.name}. They would write the same streams; rename one.`,
      );
    }
    owners.set(category, aggregate);
  }
}
