import { messageOf } from '../../log/message-of.js';
import { isEventStoreError } from '../../log/errors.js';
import {
  CheckpointMovedError,
  codeOf,
  InterruptedError,
  isForGood,
  isOfTheLease,
  isStoreLost,
  LeaseLostError,
  MustStopError,
} from '../errors.js';
import type { Challenge } from '../lease/lease-keeper.js';
import type { Lease } from '../lease/lease-store.js';
import { loadHolding, type Holding, type Work } from './holding.js';
import type { StepResult } from './step-result.js';
import { runStep } from './step.js';
import type { VisibleEvents } from './visible-events.js';

export interface StepperParts<Tx> extends Omit<Work<Tx>, 'holding' | 'signal'> {
  readonly visible: VisibleEvents<Tx>;
}

/** Runs steps under the lease, and turns whatever goes wrong in one into its answer. */
export class Stepper<Tx> {
  readonly #parts: StepperParts<Tx>;
  #holding: Holding | undefined;
  #performed: Holding['performed'] | undefined;

  constructor(parts: StepperParts<Tx>) {
    this.#parts = parts;
  }

  /** Never rejects. `log`: nothing that comes beside the log, and up to its head. */
  async run(stopping: AbortSignal, from: 'everywhere' | 'log'): Promise<StepResult> {
    const step = new AbortController();
    const stop = (): void => step.abort(stopping.reason);
    stopping.addEventListener('abort', stop, { once: true });
    if (stopping.aborted) stop();
    try {
      return await this.#step(step, from);
    } catch (error) {
      return await this.#settle(step.signal.aborted ? step.signal.reason : error);
    } finally {
      stopping.removeEventListener('abort', stop);
    }
  }

  /** Gives the lease back; a lease that cannot be given back runs out by itself. */
  async release(): Promise<void> {
    const { settings, keeper } = this.#parts;
    await this.#forget();
    try {
      if (await keeper.release()) settings.announce({ kind: 'lease-released' });
    } catch (error) {
      settings.announce({ kind: 'unavailable', error });
    }
  }

  async #step(step: AbortController, from: 'everywhere' | 'log'): Promise<StepResult> {
    const { settings, keeper } = this.#parts;
    step.signal.throwIfAborted();
    const challenge = await keeper.challenge();
    if (challenge.kind !== 'held') return this.#notHeld(challenge);
    if (challenge.acquired) settings.announce({ kind: 'lease-acquired', token: challenge.lease.token });
    return keeper.keepDuring(
      async () => {
        const holding = await this.#hold(challenge.lease);
        const feeding = from === 'log' ? undefined : this.#parts.feeding;
        return runStep({ ...this.#parts, holding, feeding, signal: step.signal }, this.#parts.visible);
      },
      () => step.abort(new LeaseLostError(settings.id)),
    );
  }

  async #hold(lease: Lease): Promise<Holding> {
    if (this.#holding) return this.#holding;
    const { settings, board, visible } = this.#parts;
    const holding = await loadHolding(settings, lease);
    if (this.#performed) holding.performed = this.#performed;
    board.position = holding.checkpoint.position;
    board.parked = holding.parked.size;
    visible.hidesPositions = holding.known !== undefined;
    this.#holding = holding;
    return holding;
  }

  #notHeld(challenge: Exclude<Challenge, { kind: 'held' }>): StepResult {
    const { settings, board } = this.#parts;
    if (challenge.kind === 'standby') {
      board.enter('standby');
      return challenge;
    }
    const reason = challenge.reason;
    const entered = board.state !== challenge.kind;
    if (challenge.kind === 'paused') {
      if (entered) board.enter('paused');
      if (entered) settings.announce(reason === undefined ? { kind: 'paused' } : { kind: 'paused', reason });
      return challenge;
    }
    if (entered) board.enterStopped(reason ?? '');
    return { kind: 'stopped', reason: reason ?? '' };
  }

  async #settle(error: unknown): Promise<StepResult> {
    if (error instanceof InterruptedError) return { kind: 'ended' };
    if (isOfTheLease(error)) return this.#lost(error);
    const cause = error instanceof MustStopError ? error.error : error;
    if (isStoreLost(cause)) return this.#stopUnrecorded(cause);
    if (error instanceof MustStopError || isForGood(error)) {
      return this.#stopFor(cause).catch((failed: unknown) => this.#settleStop(failed));
    }
    return this.#unavailable(error);
  }

  #settleStop(error: unknown): StepResult | Promise<StepResult> {
    return isEventStoreError(error, 'lease-lost') ? this.#lost(error) : this.#unavailable(error);
  }

  /** The lease is proved first: a process that was asleep must not stop the one that has taken over. */
  async #stopFor(error: unknown): Promise<StepResult> {
    const { settings, keeper, board } = this.#parts;
    const reason = `${codeOf(error)}: ${messageOf(error)}`;
    if (!(await keeper.renew())) throw new LeaseLostError(settings.id);
    await settings.store.setState(settings.id, 'stopped', reason);
    keeper.drop();
    void this.#forget();
    board.enter('stopped', error);
    settings.announce({ kind: 'stopped', error });
    return { kind: 'stopped', reason, error };
  }

  /** The store that would record it is gone. A process that is started again works with what is there then. */
  #stopUnrecorded(error: unknown): StepResult {
    const { settings, keeper, board } = this.#parts;
    keeper.drop();
    void this.#forget();
    if (board.state !== 'stopped') {
      board.enter('stopped', error);
      settings.announce({ kind: 'stopped', error });
    }
    return { kind: 'stopped', reason: `${codeOf(error)}: ${messageOf(error)}`, error };
  }

  async #lost(error: unknown): Promise<StepResult> {
    const { settings, keeper, board } = this.#parts;
    void this.#forget();
    board.enter('standby');
    if (error instanceof CheckpointMovedError) {
      settings.announce({ kind: 'checkpoint-moved', expected: error.expected });
      await this.release();
    } else {
      keeper.drop();
      settings.announce({ kind: 'lease-lost' });
    }
    return { kind: 'lease-lost', error };
  }

  /** Whether the last transaction was kept is not known: the checkpoint is read again. */
  #unavailable(error: unknown): StepResult {
    const { settings, board } = this.#parts;
    this.#performed = this.#holding?.performed ?? this.#performed;
    this.#holding = undefined;
    this.#parts.feeding?.pause();
    board.enter('unavailable', error);
    settings.announce({ kind: 'unavailable', error });
    return { kind: 'unavailable', error };
  }

  /** What came beside the log is given back: it is the next holder's. Never rejects. */
  #forget(): Promise<void> | undefined {
    this.#holding = undefined;
    this.#performed = undefined;
    return this.#parts.feeding?.close();
  }
}
