import {
  categoryOf,
  failurePolicyFrom,
  InvalidOptionsError,
  isEventStoreError,
  type EventRegistry,
  shownOption,
  type FailurePolicy,
} from '@varve/eventstore';
import { DuplicateProjectionError, InvalidProjectionOptionsError } from './errors.js';
import type { Projection, Reactor } from './projection.js';
import type { ReadModels } from './read-models.js';

/** What `validateDeclarations` looks at: what a projector or a rebuild is given. */
export interface Declarations<Tx> {
  readonly projections: readonly Projection<Tx>[];
  readonly reactors?: readonly Reactor[];
  readonly registry?: EventRegistry;
  readonly failurePolicy?: Partial<FailurePolicy>;
  readonly readModels?: Pick<ReadModels<Tx>, 'lacks' | 'location'>;
}

/**
 * What is wrong with the declarations is said at start-up, not at the first event.
 *
 * @throws InvalidProjectionOptionsError, DuplicateProjectionError
 */
export function validateDeclarations<Tx>(declarations: Declarations<Tx>): void {
  const { projections, reactors = [], registry, failurePolicy, readModels } = declarations;
  const names = new Set<string>();
  for (const each of [...projections, ...reactors]) {
    assertName(each.name);
    if (names.has(each.name)) throw new DuplicateProjectionError(each.name);
    names.add(each.name);
    assertHandles(each, registry);
    assertCategories(each);
    assertPolicy(each, failurePolicy);
  }
  for (const projection of projections) {
    assertVersion(projection);
    assertOrder(projection, failurePolicy);
  }
  reactors.forEach(assertStart);
  if (readModels?.lacks?.parking !== undefined) assertNothingParks(declarations, readModels);
}

function assertNothingParks<Tx>(
  { projections, reactors = [], failurePolicy }: Declarations<Tx>,
  { lacks, location }: Pick<ReadModels<Tx>, 'lacks' | 'location'>,
): void {
  const why = `The read models at ${location} park no stream: they ${lacks?.parking}.`;
  const unordered = projections.find(({ order }) => order === 'stream');
  if (unordered) {
    throw new InvalidProjectionOptionsError(
      'order',
      `"${unordered.name}" has order 'stream'. ${why} Declare it with order 'log'.`,
    );
  }
  const parks = reactors.find(
    (reactor) => failurePolicyFrom(failurePolicy, reactor.failurePolicy).then === 'park',
  );
  if (!parks) return;
  throw new InvalidProjectionOptionsError(
    'failurePolicy.then',
    `"${parks.name}" parks what fails. ${why} Use failurePolicy: { then: 'stop' }.`,
  );
}

const RESERVED = /^(varve|sqlite|system)/;

/** Names become parts of table names, where `__` separates the projection from its version and its tables. */
function assertName(name: string): void {
  const isValid = typeof name === 'string' && /^[a-z][a-z0-9_-]{0,63}$/.test(name);
  if (!isValid || name.includes('__')) {
    throw new InvalidProjectionOptionsError(
      'name',
      `${JSON.stringify(name)} is no name for a projection or reactor: use 1 to 64 of a-z, 0-9, - and single _, beginning with a letter.`,
    );
  }
  if (RESERVED.test(name)) {
    throw new InvalidProjectionOptionsError(
      'name',
      `The name "${name}" is reserved: it must not begin with varve, sqlite or system.`,
    );
  }
}

function assertHandles(
  { name, handles }: Pick<Reactor, 'name' | 'handles'>,
  registry: EventRegistry | undefined,
): void {
  if (handles === 'all') return;
  const given: unknown = handles;
  if (!Array.isArray(given)) {
    throw new InvalidProjectionOptionsError(
      'handles',
      `"${name}" handles ${JSON.stringify(given)}: use an array of event types, or 'all'.`,
    );
  }
  if (handles.length === 0) {
    throw new InvalidProjectionOptionsError(
      'handles',
      `"${name}" handles no event type: it would never do anything.`,
    );
  }
  if (!registry) return;
  try {
    registry.storedTypesOf(handles);
  } catch (error) {
    if (!isEventStoreError(error, 'unknown-event-type')) throw error;
    throw new InvalidProjectionOptionsError(
      'handles',
      `"${name}" handles an event that is not registered. ${error.message}`,
    );
  }
}

/** What is no category is that of no stream, and the projection would never see anything. */
function assertCategories({ name, categories }: Pick<Reactor, 'name' | 'categories'>): void {
  const given: unknown = categories;
  if (given === undefined) return;
  if (!Array.isArray(given) || given.length === 0) {
    throw new InvalidProjectionOptionsError(
      'categories',
      `The categories of "${name}" are ${shownOption(given)}: name at least one in an array, or leave them out for all.`,
    );
  }
  const wrong = given.findIndex((each) => !isCategory(each));
  if (wrong === -1) return;
  throw new InvalidProjectionOptionsError(
    'categories',
    `"${name}" has ${shownOption(given[wrong])} among its categories: a category is what stands before the first "-" of a stream's name, such as "order".`,
  );
}

function isCategory(given: unknown): boolean {
  return typeof given === 'string' && given !== '' && categoryOf(given) === given;
}

function assertVersion({ name, version }: Pick<Projection<never>, 'name' | 'version'>): void {
  if (Number.isSafeInteger(version) && version >= 1) return;
  throw new InvalidProjectionOptionsError(
    'version',
    `The version of "${name}" is ${String(version)}: use a whole number from 1.`,
  );
}

/** A projector would only say so in the background, and stand still. */
function assertPolicy(
  { name, failurePolicy }: Pick<Reactor, 'name' | 'failurePolicy'>,
  general: Partial<FailurePolicy> | undefined,
): void {
  try {
    failurePolicyFrom(general, failurePolicy);
  } catch (error) {
    if (!(error instanceof InvalidOptionsError)) throw error;
    throw new InvalidProjectionOptionsError(error.option, `"${name}": ${error.message}`);
  }
}

/** What is none of the two would have all effects since the log's beginning. */
function assertStart({ name, startFrom }: Reactor): void {
  const given: unknown = startFrom;
  if (given === 'from-now' || given === 'beginning') return;
  throw new InvalidProjectionOptionsError(
    'startFrom',
    `The reactor "${name}" has startFrom ${JSON.stringify(given)}: use 'from-now' or 'beginning'.`,
  );
}

const ORDERS = new Set<unknown>(['stream', 'log']);

function assertOrder<Tx>(
  { name, order, failurePolicy }: Projection<Tx>,
  general: Partial<FailurePolicy> | undefined,
): void {
  if (!ORDERS.has(order)) {
    throw new InvalidProjectionOptionsError(
      'order',
      `The order of "${name}" is ${JSON.stringify(order)}: use 'stream' if applying different streams commutes, otherwise 'log'.`,
    );
  }
  if (order === 'log' && failurePolicyFrom(general, failurePolicy).then === 'park') {
    throw new InvalidProjectionOptionsError(
      'failurePolicy.then',
      `"${name}" has order 'log', so no stream can be parked: what comes behind would be applied before it. Use failurePolicy: { then: 'stop' } or order 'stream'.`,
    );
  }
}
