import { shownOption, tell, type Position, type StopOptions } from '@varve/eventstore';
import { awaitAll, catchUp } from './catch-up.js';
import { InvalidProjectionOptionsError, isProjectionsError } from './errors.js';
import { validateFeed } from './feed/bus-feed.js';
import { Followers } from './followers.js';
import { processingOf, type Processing } from './processing-options.js';
import { assertProjectorOptions, type ProjectorEvent, type ProjectorOptions } from './projector-options.js';
import { readStatus, type ProjectorStatus } from './projector-status.js';
import { registerConsumer } from './register-consumer.js';
import { validateDeclarations } from './validate.js';
import { Waiting, type StreamPoint, type WaitOptions, type WaitOutcome } from './waiting/wait-for.js';

/**
 * Keeps the projections and reactors of this code up to date. Any number of instances may run on the same read models: each projection
 * version is worked on by exactly one of them at a time.
 *
 * A projection whose version was raised is built beside the live one from the beginning of the log, and takes its place by itself as soon
 * as its rows are as new. An instance moves over by itself when another one, or a rebuild, has switched.
 */
export class Projector<Tx> {
  readonly #options: ProjectorOptions<Tx>;
  readonly #processing: Processing<Tx>;
  readonly #followers: Followers<Tx>;
  readonly #waiting: Waiting;
  #running: AbortController | undefined;
  #started: Promise<void> = Promise.resolve();
  #caughtUp: Promise<void> = Promise.resolve();
  #reconciling: Promise<void> | undefined;
  #again = false;
  #cancelTimer: () => void = () => undefined;
  #setups = new AbortController();

  /** @throws InvalidProjectionOptionsError, DuplicateProjectionError */
  constructor(options: ProjectorOptions<Tx>) {
    assertProjectorOptions(options);
    validateDeclarations(options);
    assertInterval(options.versionCheckInterval);
    validateFeed(options.feed, options.projections, options.readModels);
    this.#options = options;
    this.#processing = processingOf(options);
    const expected = new Set(options.projections.map(({ name }) => name));
    this.#waiting = new Waiting({ ...this.#processing, expected });
    this.#followers = new Followers({
      processing: this.#processing,
      projections: options.projections,
      reactors: options.reactors ?? [],
      feed: options.feed,
      group: options.group ?? 'default',
      replaced: options.replaced ?? 'keep',
      setupsEnd: () => this.#setups.signal,
      announce: (event) => this.#announce(event),
      lookAgain: () => this.#look(),
    });
  }

  /** Reactors that are new, and are to begin `from-now`, begin here; `start` does it otherwise. @throws what log and read models throw */
  beginReactors(): Promise<void> {
    return this.#followers.beginReactors();
  }

  /** Makes missing versions, then works until `stop()`. Does nothing when it is started already. */
  start(): Promise<void> {
    if (!this.#running) {
      this.#running = new AbortController();
      this.#started = this.#start(this.#running);
    }
    return this.#started;
  }

  /**
   * Lets running transactions finish, gives the leases back and leaves no timer. Idempotent.
   *
   * @throws HandlerHangsError handlers had not ended after `timeout`: what they were at is rolled back and comes again
   * @throws SetupFailedError a projection's setup had not ended
   */
  async stop(options?: StopOptions): Promise<void> {
    this.#running?.abort();
    this.#running = undefined;
    this.#cancelTimer();
    // A look at the versions may be waiting for a processor to stop.
    const stopped = this.#followers.stop(options);
    const cancel = this.#endSetupsAfter(options?.timeout);
    await Promise.allSettled([stopped, this.#started, this.#reconciling]);
    cancel();
    await this.#followers.stop(options);
    await stopped;
    if (!this.#setups.signal.aborted) return;
    this.#setups = new AbortController();
    await this.#started.catch((error: unknown) => {
      if (isProjectionsError(error, 'setup-failed')) throw error;
    });
  }

  #endSetupsAfter(timeout: number | undefined): () => void {
    if (timeout === undefined) return () => undefined;
    const late = new Error('it had not ended when the projector was stopped');
    return this.#processing.timers.after(timeout, () => this.#setups.abort(late));
  }

  /**
   * Brings everything to where the log's head is now, building and switching new versions, and gives the leases back. While the projector
   * is started it only waits for that.
   *
   * @throws NotRunningError something is paused, or stopped by a failure
   */
  async runUntilCaughtUp(options: { readonly signal?: AbortSignal } = {}): Promise<void> {
    if (!this.#running) {
      const caughtUp = this.#caughtUp.then(() => this.#catchUp(options.signal));
      this.#caughtUp = caughtUp.catch(() => undefined);
      return caughtUp;
    }
    await this.#started;
    for (const processor of this.#followers.processors) processor.hurry();
    const target = await this.#processing.log.head();
    const followed = () => this.#followers.processors.map(({ id }) => id);
    return awaitAll(followed, target, this.#processing, options.signal);
  }

  /** Waits until readers of a projection see what stands at a position, or a version of a stream; see `waitFor`. */
  waitFor(target: Position | StreamPoint, projection: string, options?: WaitOptions): Promise<WaitOutcome> {
    return this.#waiting.for(target, projection, options);
  }

  status(): Promise<ProjectorStatus> {
    return readStatus({
      started: this.#running !== undefined,
      processing: this.#processing,
      projections: this.#options.projections,
      reactors: this.#options.reactors ?? [],
      followers: this.#followers,
    });
  }

  async #start(running: AbortController): Promise<void> {
    try {
      await this.#caughtUp;
      await this.#prepare();
      if (running.signal.aborted) return;
      for (const processor of this.#followers.processors) processor.start();
      this.#look();
    } catch (error) {
      this.#running = undefined;
      throw error;
    }
  }

  async #prepare(): Promise<void> {
    const { log, readModels } = this.#processing;
    // A log elsewhere has no id before it was reached.
    await log.head();
    await registerConsumer(log, this.#options.group ?? 'default', readModels);
    await this.#followers.beginReactors();
    await this.#followers.createVersions();
    await this.#followers.reconcile();
  }

  async #catchUp(signal: AbortSignal | undefined): Promise<void> {
    await this.#prepare();
    const target = await this.#processing.log.head();
    try {
      // Once round for what is followed now, and again if a switch has changed that.
      do await this.#catchUpAll(target, signal);
      while ((await this.#followers.reconcile()).added.length > 0);
    } finally {
      await this.#followers.stop();
    }
  }

  async #catchUpAll(target: Position, signal: AbortSignal | undefined): Promise<void> {
    const { processors } = this.#followers;
    await Promise.all(processors.map((processor) => catchUp(processor, target, this.#processing, signal)));
  }

  /** Looks at the versions now, and from time to time: one look at a time, and another one if something has happened meanwhile. */
  #look(): void {
    this.#again = true;
    if (!this.#running || this.#reconciling) return;
    this.#reconciling = this.#reconcile(this.#running.signal).finally(() => (this.#reconciling = undefined));
  }

  async #reconcile(signal: AbortSignal): Promise<void> {
    this.#cancelTimer();
    while (this.#again && !signal.aborted) {
      this.#again = false;
      try {
        const { added } = await this.#followers.reconcile();
        // Stopped meanwhile: then nothing begins.
        if (this.#running) for (const processor of added) processor.start();
      } catch (error) {
        this.#announce({ kind: 'version-check-failed', error });
        if (isProjectionsError(error, 'read-models-diverged')) return;
      }
    }
    if (signal.aborted) return;
    const interval = this.#options.versionCheckInterval ?? 250;
    this.#cancelTimer = this.#processing.timers.after(interval, () => this.#look());
  }

  #announce(event: ProjectorEvent): void {
    tell(this.#options.onEvent, event);
  }
}

/** Another one would not let the database rest, or never end. */
function assertInterval(versionCheckInterval: number | undefined): void {
  if (versionCheckInterval === undefined) return;
  if (Number.isFinite(versionCheckInterval) && versionCheckInterval > 0) return;
  throw new InvalidProjectionOptionsError(
    'versionCheckInterval',
    `The option "versionCheckInterval" is ${shownOption(versionCheckInterval)}: give milliseconds above 0.`,
  );
}
