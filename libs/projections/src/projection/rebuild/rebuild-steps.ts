import {
  sleep,
  type CommitFeed,
  type LogReader,
  type Position,
  type Processor,
  type StepResult,
} from '@varve/eventstore';
import { NotRunningError, UnknownProjectionError } from '../errors.js';
import { projectionProcessor } from '../make-processor.js';
import type { Processing } from '../processing-options.js';
import type { Projection } from '../projection.js';
import { processorIdOf, type VersionId } from '../version-id.js';
import type { RebuildOptions, RebuildProgress } from './rebuild-options.js';
import type { ProgressReport } from './rebuild-progress.js';

export interface RebuildParts<Tx> {
  readonly processing: Processing<Tx>;
  readonly projection: Projection<Tx>;
  readonly options: RebuildOptions<Tx>;
  readonly version: VersionId;
  readonly progress: ProgressReport<Tx>;
  /** A live version that a bus may feed is ahead of its position, and the new one keeps versions as it does. */
  readonly liveIsFed: boolean;
  /** Ends the rebuild. */
  readonly signal: AbortSignal;
}

const OUTAGE_PAUSE = 250;

/** Steps the version that is built, whoever has its lease: another rebuild, or a projector that builds it for a deploy. */
export class RebuildSteps<Tx> {
  readonly #parts: RebuildParts<Tx>;
  readonly #processor: Processor<Tx>;

  constructor(parts: RebuildParts<Tx>, log: LogReader, feed?: CommitFeed) {
    const { processing, projection, version, options, liveIsFed } = parts;
    this.#parts = parts;
    this.#processor = projectionProcessor(
      projection,
      version,
      { ...processing, log },
      { onEvent: (event) => options.onEvent?.(event), mayBeFed: liveIsFed, ...(feed && { feed }) },
    );
  }

  /** @throws what stops the version, or the signal's reason */
  async until(phase: RebuildProgress['phase'], reached: (position: Position) => boolean): Promise<Position> {
    for (;;) {
      this.#parts.signal.throwIfAborted();
      const position = await this.position();
      await this.#parts.progress.at(phase, position);
      if (reached(position)) return position;
      await this.#step(phase);
    }
  }

  /** @throws UnknownProjectionError somebody else has dropped the version, to begin afresh */
  async position(): Promise<Position> {
    const { readModels } = this.#parts.processing;
    const processor = processorIdOf(this.#parts.version);
    const checkpoint = await readModels.load(processor);
    if (!checkpoint) throw new UnknownProjectionError(processor, readModels.location);
    return checkpoint.position;
  }

  /** How far rows may be: further than the position, if an instance died between the two. */
  async reach(): Promise<Position> {
    const checkpoint = await this.#parts.processing.readModels.load(processorIdOf(this.#parts.version));
    return checkpoint?.ahead?.position ?? checkpoint?.position ?? 0;
  }

  /** Gives the lease back. */
  stop(): Promise<void> {
    return this.#processor.stop();
  }

  /**
   * Applies what the feed brings, too, until that is done. `false`: another instance has the version's lease and keeps it, such as a
   * projector that builds it for a deploy, or has it live already; nothing can be fed to it here.
   */
  async untilFed(phase: RebuildProgress['phase'], isDone: () => boolean): Promise<boolean> {
    const { clock, leaseDuration } = this.#parts.processing;
    let heldHereAt = clock();
    while (!isDone()) {
      this.#parts.signal.throwIfAborted();
      if ((await this.#step(phase, 'everywhere')) !== 'standby') heldHereAt = clock();
      else if (clock() - heldHereAt > 2 * leaseDuration) return false;
    }
    return true;
  }

  async #step(
    phase: RebuildProgress['phase'],
    from: 'log' | 'everywhere' = 'log',
  ): Promise<StepResult['kind']> {
    const { processing, progress, signal } = this.#parts;
    const result = await this.#runOnce(from);
    switch (result.kind) {
      case 'progressed':
        await progress.at(phase, result.to, result.events);
        await sleep(processing.timers, 0, signal);
        break;
      case 'standby':
        await sleep(processing.timers, result.retryIn, signal);
        break;
      case 'unavailable':
        await sleep(processing.timers, OUTAGE_PAUSE, signal);
        break;
      case 'stopped':
        throw stoppedBy(this.#processor.id, result);
      case 'paused':
        throw new NotRunningError(this.#processor.id, 'paused', result.reason);
      case 'caught-up':
      case 'waiting':
      case 'lease-lost':
      case 'ended':
        await sleep(processing.timers, 0, signal);
    }
    return result.kind;
  }

  /** An interruption need not wait for a commit that is tried again and again. */
  async #runOnce(from: 'log' | 'everywhere'): Promise<StepResult> {
    const { signal } = this.#parts;
    const interrupt = (): void => void this.#processor.stop();
    signal.addEventListener('abort', interrupt, { once: true });
    try {
      return await this.#processor.runOnce({ from });
    } finally {
      signal.removeEventListener('abort', interrupt);
    }
  }
}

/** Its own error, if it stopped here and now. */
function stoppedBy(processor: string, { error, reason }: Extract<StepResult, { kind: 'stopped' }>): Error {
  return error instanceof Error ? error : new NotRunningError(processor, 'stopped', reason);
}
