import { Logger, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
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

const RETRY_START = 1_000;

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
export class ProjectorHost implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #logger = new Logger('ProjectionsModule');
  #projector: Projector<unknown> | undefined;
  #features: Features | undefined;
  #starting: NodeJS.Immediate | undefined;
  #stopping: AbortController | undefined;
  #startError: unknown;

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

  onApplicationBootstrap(): void {
    this.#projector = this.#create();
    if (!this.parts.start || this.parts.options.start === false) return;
    // Behind the other bootstrap hooks: @nestjs/cqrs registers its handlers in one, and a reactor may send a command at once.
    this.#starting = setImmediate(() => void this.start().catch((error: unknown) => this.#report(error)));
  }

  /** Follows the log until `stop`. A log or database that cannot be reached is tried again. @throws what will not pass by itself */
  async start(): Promise<void> {
    const stopping = (this.#stopping ??= new AbortController());
    for (;;) {
      try {
        await this.#running().start();
        this.#startError = undefined;
        return;
      } catch (error) {
        this.#startError = error;
        if (!isRetryable(error) || stopping.signal.aborted) throw error;
        this.#logger.warn(`The projector could not start and tries again: ${messageOf(error)}`);
        await sleep(systemTimers, RETRY_START, stopping.signal);
      }
    }
  }

  async stop(): Promise<void> {
    clearImmediate(this.#starting);
    this.#stopping?.abort();
    this.#stopping = undefined;
    await this.#projector?.stop();
  }

  /** Why the projector does not run although it was started. */
  get startError(): unknown {
    return this.#startError;
  }

  /** Brings everything to where the log's head is now; for tests and jobs. */
  runUntilCaughtUp(options?: { readonly signal?: AbortSignal }): Promise<void> {
    return this.#running().runUntilCaughtUp(options);
  }

  waitFor(position: Position, projection: string, options?: WaitOptions): Promise<WaitOutcome> {
    return this.#running().waitFor(position, projection, options);
  }

  status(): Promise<ProjectorStatus> {
    return this.#running().status();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.stop();
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
      'The projector is used before the app is initialised: await app.init() first.',
    );
  }

  #report(error: unknown): void {
    if (error === this.#startError) this.#logger.error(`The projector does not run: ${messageOf(error)}`);
  }
}

function isRetryable(error: unknown): boolean {
  return error instanceof Error && 'retryable' in error && error.retryable === true;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
