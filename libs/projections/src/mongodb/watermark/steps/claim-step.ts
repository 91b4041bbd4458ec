import { randomUUID } from 'node:crypto';
import type { Checkpoint, ProcessorId } from '@varve/eventstore';
import type { Own, Place, ProcessorRecord } from '../../connection/own-collections.js';
import { placeOf } from '../../processors/save-checkpoint.js';

/** A processor's record as a step has found it. */
export interface BegunStep {
  readonly from: Checkpoint;
  readonly ahead: Place | null;
  /** The last step that was claimed before. */
  readonly before: string;
}

/**
 * The steps of this process. Of one lease there is one step at a time; one that has not ended is gone on with by the process that has begun it,
 * after an outage, or by whoever takes the lease.
 */
export class Steps {
  readonly #process = randomUUID();
  readonly #underWay = new Set<string>();
  #number = 0;

  begin(): string {
    this.#number += 1;
    const id = `${this.#process}/${this.#number}`;
    this.#underWay.add(id);
    return id;
  }

  end(id: string): void {
    this.#underWay.delete(id);
  }

  mayFollow(id: string): boolean {
    return id.startsWith(`${this.#process}/`) && !this.#underWay.has(id);
  }
}

/** Looks whether a step from `from` could be begun now. */
export async function lookBeforeStep(
  own: Own,
  processor: ProcessorId,
  { from, steps }: { readonly from: Checkpoint; readonly steps: Steps },
): Promise<BegunStep | undefined> {
  const { logId, position, token } = from;
  const record = await own.processors.findOne({ _id: processor, logId, position, token }, own.inside);
  if (!record || isHeldUp(record, steps)) return undefined;
  return { from, ahead: record.ahead ?? null, before: record.stepId ?? '' };
}

/** Whether somebody else is at a step under the same lease. */
function isHeldUp(
  { position, token, ahead = null, stepId = '', stepToken }: ProcessorRecord,
  steps: Steps,
): boolean {
  return ahead !== null && ahead.position > position && stepToken === token && !steps.mayFollow(stepId);
}

/**
 * Begins the step `id`, in one write, before any row of it is written. From then on it is the only one under way, until the lease has changed
 * hands and another one is begun. `ahead` says how far rows may be from here on, whatever becomes of the step. `false`: another step was begun
 * since it was looked, or the lease has changed hands.
 */
export async function claimStep(
  own: Own,
  processor: ProcessorId,
  step: BegunStep & { readonly to: Omit<Checkpoint, 'token'>; readonly id: string },
): Promise<boolean> {
  const { from, to, ahead, before, id } = step;
  const { position, mark } = placeOf(to);
  const furthest = ahead && ahead.position > position ? ahead : { position, mark };
  const { logId, token } = from;
  const { matchedCount } = await own.processors.updateOne(
    { _id: processor, logId, position: from.position, token, stepId: before },
    { $set: { ahead: furthest, stepId: id, stepToken: token } },
    own.inside,
  );
  return matchedCount === 1;
}
