import {
  Logger,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
  type OnModuleInit,
} from '@nestjs/common';
import { systemTimers, type EventRegistry, type EventStore, type Position } from '@varve/eventstore';
import { InvalidProjectionOptionsError } from '../projection/errors.js';
import { Projector } from '../projection/projector.js';
import type { ProjectorStatus } from '../projection/projector-status.js';
import type { ReadModels } from '../projection/read-models.js';
import { sleep } from '../projection/sleep.js';
import type { WaitOptions, WaitOutcome } from '../projection/wait-for.js';
import type { Features } from './features.js';
import { logProjectorEvent } from './log-projector-event.js';
import type { ProjectionsOptions } from './projections-options.js';

/** Milliseconds, doubled up to the longest: what is there again is used soon, what stays away is not asked all the time. */
const RETRY_START = { first: 100, longest: 5_000 };

/** What `waitFor` waits by default, in milliseconds. */
const DEFAULT_WAIT = 5_000;

export interface HostParts {
  readonly log: EventStore;
  readonly registry: EventRegistry;
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

  get log(): EventStore {
    return this.parts.log;
  }

  get registry(): EventRegistry {
    return this.parts.registry;
  }

  get readModels(): ReadModels<unknown> {
    return this.parts.readModels;
  }

  /** What is wrong with the declarations is said before anything begins. */
  onModuleInit(): void {
    this.#projector = this.#create();
  }

  onApplicationBootstrap(): void {
    if (!this.parts.start || this.parts.options.start === false) return;
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
      this.#logger.warn(`The projector could not start and tries again: ${messageOf(error)}`);
      if (await isStoppedWithin(pause, signal)) return;
    }
  }

  async stop(): Promise<void> {
    clearImmediate(this.#starting);
    this.#hasBegun();
    this.#stopping?.abort();
    this.#stopping = undefined;
    await this.#projector?.stop();
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
  async waitFor(position: Position, projection: string, options: WaitOptions = {}): Promise<WaitOutcome> {
    const shutdown = this.#shutdown.signal;
    const signal = options.signal ? AbortSignal.any([shutdown, options.signal]) : shutdown;
    try {
      await this.#beginning(options.timeout, signal);
      return await this.#running().waitFor(position, projection, { ...options, signal });
    } catch (error) {
      if (!shutdown.aborted || options.signal?.aborted) throw error;
      return this.#running().waitFor(position, projection, { timeout: 0 });
    }
  }

  status(): Promise<ProjectorStatus> {
    return this.#running().status();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.#shutdown.abort();
    await this.stop();
  }

  async #beginning(timeout: number | undefined, signal: AbortSignal): Promise<void> {
    const over = new AbortController();
    const end = AbortSignal.any([over.signal, signal]);
    await Promise.race([this.#begun, sleep(systemTimers, timeout ?? DEFAULT_WAIT, end)]);
    over.abort();
  }

  async #tryToStart(): Promise<Error | undefined> {
    try {
      await this.#running().start();
      this.#startError = undefined;
    } catch (error) {
      this.#startError = error instanceof Error ? error : new Error(String(error));
    }
    this.#hasBegun();
    return this.#startError;
  }

  #create(): Projector<unknown> {
    const { log, registry, readModels, options } = this.parts;
    const { group, leaseDuration, failurePolicy } = options;
    return new Projector({
      log,
      registry,
      readModels,
      ...this.features,
      ...(group !== undefined && { group }),
      ...(leaseDuration !== undefined && { leaseDuration }),
      ...(failurePolicy && { failurePolicy }),
      onEvent: (event) => logProjectorEvent(this.#logger, event),
    });
  }

  #running(): Projector<unknown> {
    if (this.#projector) return this.#projector;
    throw new InvalidProjectionOptionsError(
      'projector',
      'The projector is used before the app is put together: await app.init() first, or use it from onApplicationBootstrap on.',
    );
  }

  #report(error: unknown): void {
    this.#logger.error(`The projector does not run: ${messageOf(error)}`);
  }
}

async function isStoppedWithin(milliseconds: number, signal: AbortSignal): Promise<boolean> {
  await sleep(systemTimers, milliseconds, signal);
  return signal.aborted;
}

function isRetryable(error: unknown): boolean {
  return error instanceof Error && 'retryable' in error && error.retryable === true;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
