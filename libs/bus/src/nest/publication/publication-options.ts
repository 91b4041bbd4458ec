import { shownOption } from '@varve/eventstore';
import type { MongoPublicationStoreOptions } from '../../mongodb/options.js';
import type { PublicationStore } from '../../publication/publication-store.js';
import type { RelayOptions } from '../../publication/relay/relay.js';
import type { TwoPhasePublisherOptions } from '../../publication/two-phase/two-phase-publisher.js';
import { assertKnownOptions } from '../../message/known-options.js';
import { InvalidBusOptionsError } from '../../transport/errors.js';

type Relaying = Pick<
  RelayOptions,
  | 'categories'
  | 'default'
  | 'pointers'
  | 'sweepAfter'
  | 'startFrom'
  | 'leaseDuration'
  | 'batch'
  | 'failurePolicy'
  | 'onEvent'
>;

type TwoPhase = Pick<TwoPhasePublisherOptions, 'whenUnreachable' | 'prepareTimeout' | 'fenceAfter'>;

/** How the commits of the log come to the bus: by the relay, unless `categories` says otherwise. */
export interface BusPublicationOptions extends Relaying, TwoPhase {
  /**
   * Where the relay's checkpoint and confirmations are, one place for all instances. Default: a file beside an embedded log, for which
   * `better-sqlite3` is needed. A log in MongoDB has it in the same database as a rule, by `mongodb`. What a function opens, the module closes.
   */
  readonly store?: PublicationStorage;
  /** What the relay is called in its store. Default `relay`, or `relay/NAME` on a bus with a name. */
  readonly relayId?: string;
}

/** Said here, since the types of `better-sqlite3` may not be installed. */
export interface PublicationFileOptions {
  /** A path, or `:memory:`. */
  readonly file: string;
  /** How long to wait while another process writes, in milliseconds. Default 5,000. */
  readonly busyTimeout?: number;
}

export type PublicationStorage =
  | { readonly sqlite: PublicationFileOptions }
  | { readonly mongodb: MongoPublicationStoreOptions }
  | PublicationStore
  | (() => PublicationStore | Promise<PublicationStore>);

const KNOWN = {
  store: true,
  relayId: true,
  categories: true,
  default: true,
  pointers: true,
  sweepAfter: true,
  startFrom: true,
  leaseDuration: true,
  batch: true,
  failurePolicy: true,
  whenUnreachable: true,
  prepareTimeout: true,
  fenceAfter: true,
  onEvent: 'function',
} as const;

/** What depends on bus and log is checked when they are there. @throws InvalidBusOptionsError names the option */
export function checkedPublication(options: unknown): BusPublicationOptions {
  assertKnownOptions<BusPublicationOptions>('BusModule', options, KNOWN, 'publication');
  const { store, relayId, categories } = options as Readonly<Record<string, unknown>>;
  if (store !== undefined) assertStorage(store);
  if (categories !== undefined && !isObject(categories))
    throw invalid(
      'publication.categories',
      `is ${shownOption(categories)}`,
      "Give an object such as { order: 'two-phase' }",
    );
  if (relayId !== undefined && (typeof relayId !== 'string' || relayId === ''))
    throw invalid('publication.relayId', `is ${shownOption(relayId)}`, 'Give a name');
  return options as BusPublicationOptions;
}

export function hasTwoPhases(options: BusPublicationOptions | undefined): boolean {
  return Object.values(options?.categories ?? {}).includes('two-phase');
}

function assertStorage(store: unknown): void {
  if (typeof store === 'function') return;
  if (isObject(store) && typeof store['recordConfirmed'] === 'function') return;
  const { sqlite, mongodb }: Record<string, unknown> = isObject(store) ? store : {};
  if (isNamed(sqlite, 'file') !== isNamed(mongodb, 'database')) return;
  throw invalid(
    'publication.store',
    'is no publication store',
    'Give { sqlite: { file } }, { mongodb: { uri, database } }, a publication store, or a function that opens one',
  );
}

function isNamed(place: unknown, by: string): boolean {
  return isObject(place) && typeof place[by] === 'string' && place[by] !== '';
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function invalid(option: string, problem: string, remedy: string): InvalidBusOptionsError {
  return new InvalidBusOptionsError(option, `Option ${option} of BusModule ${problem}. ${remedy}.`);
}
