import {
  Logger,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
  type OnModuleInit,
} from '@nestjs/common';
import type { BusNotice, GroupPlan, MessageBus } from '@varve/bus';
import {
  DEFAULT_LEASE_DURATION,
  messageOf,
  printable,
  sleep,
  systemTimers,
  type EventRegistry,
  type LogReader,
  type Position,
  type StopOptions,
} from '@varve/eventstore';
import { stopOnShutdown } from '@varve/eventstore/nest';
import { InvalidProjectionOptionsError } from '../projection/errors.js';
import { feedGroups, type BusFeed } from '../projection/feed/bus-feed.js';
import type { ProjectorStatus } from '../projection/projector-status.js';
import { Projector } from '../projection/projector.js';
import type { ReadModels } from '../projection/read-models.js';
import {
  assertTimeout,
  type StreamPoint,
  type WaitOptions,
  type WaitOutcome,
} from '../projection/waiting/wait-for.js';
import type { Features } from './features.js';
import type { ProjectionsOptions } from './projections-options.js';
import { ProjectorLog } from './projector-log.js';

/** Milliseconds, doubled up to the longest: what is there again is used soon, what stays away is not asked all the time. */
const RETRY_START = { first: 100, longest: 5_000 };

/** How long the app's own start waits for a database, in milliseconds. */
const PATIENCE = 1_000;

/** What `waitFor` waits by default, in milliseconds. */
const DEFAULT_WAIT = 5_000;

export interface HostParts {
  readonly log: LogReader;
  readonly registry?: EventRegistry;
  readonly feed?: BusFeed;
  readonly readModels: ReadModels<unknown>;
  readonly options: ProjectionsOptions;
  /** Asked only when the app has been put together: a projection may depend on anything. */
  readonly features: () => Features;
  /** Whether the app starts what runs by itself; a command line and a test say no. */
  readonly start: boolean;
}

/**
 * The app's projector. Injected with `@InjectProjector()`; it can be used once the app is initialised. It stops before the HTTP server
 * has drained, and gives its leases back at once.
 */
export class ProjectorHost implements OnModuleInit, OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #logger = new Logger('ProjectionsModule');
  #projector: Projector<unknown> | undefined;
  #features: Features | undefined;
  #starting: NodeJS.Immediate | undefined;
  /** The first attempt to start, if the app starts it: until then the versions may not have been made. */
  #begun: Promise<void> = Promise.resolve();
  #hasBegun: () => void = () => undefined;
  #stopping: AbortController | undefined;
  readonly #shutdown = new AbortController();
  #startError: Error | undefined;

  constructor(private readonly parts: HostParts) {}

  /** What the app has declared; a rebuild needs the code. */
  get features(): Features {
    this.#features ??= this.parts.features();
    return this.#features;
  }

  get log(): LogReader {
    return this.parts.log;
  }

  /** Absent where events are taken as they are stored. */
  get registry(): EventRegistry | undefined {
    return this.parts.registry;
  }

  /** How long another instance must see a lease unchanged before it takes over, in milliseconds. */
  get leaseDuration(): number {
    return this.parts.options.leaseDuration ?? DEFAULT_LEASE_DURATION;
  }

  get readModels(): ReadModels<unknown> {
    return this.parts.readModels;
  }

  /** The broker groups of the projections that a bus feeds. */
  get groups(): readonly GroupPlan[] {
    const { feed, options } = this.parts;
    return feed ? feedGroups(feed, this.features.projections, options.group) : [];
  }

  get fedBy(): MessageBus | undefined {
    return this.parts.feed?.bus;
  }

  /** What is wrong with the declarations is said before anything begins. */
  onModuleInit(): void {
    this.#projector = this.#create();
  }

  async onApplicationBootstrap(): Promise<void> {
    if (!this.parts.start || this.parts.options.start === false) return;
    await this.#beginReactors();
    // Behind the other bootstrap hooks: @nestjs/cqrs registers its handlers in one, and a reactor may send a command at once.
    this.#begun = new Promise((resolve) => (this.#hasBegun = resolve));
    this.#starting = setImmediate(() => void this.start().catch((error: unknown) => this.#report(error)));
  }

  /** Follows the log until `stop`. A log or database that cannot be reached is tried again. @throws what will not pass by itself */
  async start(): Promise<void> {
    const { signal } = (this.#stopping ??= new AbortController());
    for (let pause = RETRY_START.first; ; pause = Math.min(pause * 2, RETRY_START.longest)) {
      const error = await this.#tryToStart();
      if (error === undefined || signal.aborted) return;
      if (!isRetryable(error)) throw error;
      this.#logger.warn(`The projector could not start and tries again: ${printable(messageOf(error))}`);
      if (await isStoppedWithin(pause, signal)) return;
    }
  }

  /** @throws HandlerHangsError a handler had not ended after `timeout` */
  async stop(options?: StopOptions): Promise<void> {
    clearImmediate(this.#starting);
    this.#hasBegun();
    this.#stopping?.abort();
    this.#stopping = undefined;
    await this.#projector?.stop(options);
  }

  /** Why the projector does not run although it was started. */
  get startError(): Error | undefined {
    return this.#startError;
  }

  /** Brings everything to where the log's head is now; for tests and jobs. */
  runUntilCaughtUp(options?: { readonly signal?: AbortSignal }): Promise<void> {
    return this.#running().runUntilCaughtUp(options);
  }

  /** As `waitFor`. Whoever still waits when the app shuts down is told how far it has come: nothing here will move it any more. */
  async waitFor(
    target: Position | StreamPoint,
    projection: string,
    options: WaitOptions = {},
  ): Promise<WaitOutcome> {
    const { timeout = DEFAULT_WAIT } = options;
    assertTimeout(timeout);
    const shutdown = this.#shutdown.signal;
    const signal = options.signal ? AbortSignal.any([shutdown, options.signal]) : shutdown;
    try {
      await waitAtMost(timeout, this.#begun, signal);
      return await this.#running().waitFor(target, projection, { ...options, signal });
    } catch (error) {
      if (!shutdown.aborted || options.signal?.aborted) throw error;
      return this.#running().waitFor(target, projection, { timeout: 0 });
    }
  }

  status(): Promise<ProjectorStatus> {
    return this.#running().status();
  }

  beforeApplicationShutdown(): Promise<void> {
    this.#shutdown.abort();
    return stopOnShutdown(this.#logger, this, this.parts.options.shutdownTimeout);
  }

  /** Before the app takes requests: what it appends then is for new reactors, too. A database that is away is left to the start. */
  async #beginReactors(): Promise<void> {
    const begun = this.#running()
      .beginReactors()
      .catch(() => undefined);
    await waitAtMost(PATIENCE, begun, this.#shutdown.signal);
  }

  async #tryToStart(): Promise<Error | undefined> {
    try {
      await this.#running().start();
      this.#startError = undefined;
    } catch (error) {
      this.#startError = error instanceof Error ? error : new Error(messageOf(error), { cause: error });
    }
    this.#hasBegun();
    return this.#startError;
  }

  #create(): Projector<unknown> {
    const { log, registry, readModels, feed, options } = this.parts;
    const { group, failurePolicy } = options;
    const said = new ProjectorLog(this.#logger);
    return new Projector({
      log,
      readModels,
      ...(registry && { registry }),
      ...(feed && { feed: { onNotice: (notice) => this.#notice(notice), ...feed } }),
      ...this.features,
      ...(group !== undefined && { group }),
      leaseDuration: this.leaseDuration,
      ...(failurePolicy && { failurePolicy }),
      onEvent: (event) => said.tell(event),
    });
  }

  #running(): Projector<unknown> {
    if (this.#projector) return this.#projector;
    throw new InvalidProjectionOptionsError(
      'projector',
      'The projector is used before the app is put together: await app.init() first, or use it from onApplicationBootstrap on.',
    );
  }

  #notice(notice: BusNotice): void {
    if (!('error' in notice)) return;
    const what = 'what' in notice ? notice.what : notice.kind;
    this.#logger.warn(printable(`${what}: ${messageOf(notice.error)}`));
  }

  #report(error: unknown): void {
    this.#logger.error(`The projector does not run: ${printable(messageOf(error))}`);
  }
}

/** `work` must not reject. */
async function waitAtMost(milliseconds: number, work: Promise<void>, signal: AbortSignal): Promise<void> {
  const over = new AbortController();
  await Promise.race([work, sleep(systemTimers, milliseconds, AbortSignal.any([over.signal, signal]))]);
  over.abort();
}

async function isStoppedWithin(milliseconds: number, signal: AbortSignal): Promise<boolean> {
  await sleep(systemTimers, milliseconds, signal);
  return signal.aborted;
}

function isRetryable(error: unknown): boolean {
  return error instanceof Error && 'retryable' in error && error.retryable === true;
}
