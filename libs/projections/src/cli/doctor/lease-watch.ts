import { sleep, systemTimers, type LeaseRow, type ProcessorId } from '@varve/eventstore';
import type { ReadModels } from '../../projection/read-models.js';
import { processorsOf } from '../projections/processors.js';

/** Milliseconds between two looks: whoever works is seen to renew long before its lease's time is over. */
const LOOK_EVERY = 200;

/**
 * Which leases were taken and are renewed by nobody, by the rule of an instance that would take over: token and heartbeat unchanged for a
 * lease's whole time, on this process's own monotonic clock.
 */
export class LeaseWatch {
  private constructor(
    private readonly readModels: ReadModels<unknown>,
    private readonly unchanged: Map<ProcessorId, LeaseRow>,
    private readonly since: number,
  ) {}

  /** The first look. What else there is to examine meanwhile counts as waiting. */
  static async begin(readModels: ReadModels<unknown>): Promise<LeaseWatch> {
    const taken = await takenOf(readModels);
    return new LeaseWatch(readModels, taken, performance.now());
  }

  /** As soon as each was renewed, or when `duration` milliseconds are over. */
  async silentFor(duration: number, signal: AbortSignal): Promise<ReadonlySet<ProcessorId>> {
    while (this.unchanged.size > 0) {
      const waited = performance.now() - this.since;
      await this.look();
      if (waited >= duration || signal.aborted) break;
      await sleep(systemTimers, Math.min(LOOK_EVERY, duration - waited), signal);
    }
    return new Set(this.unchanged.keys());
  }

  private async look(): Promise<void> {
    const taken = await takenOf(this.readModels);
    for (const [processor, { token, heartbeat }] of this.unchanged) {
      const now = taken.get(processor);
      if (now?.token !== token || now.heartbeat !== heartbeat) this.unchanged.delete(processor);
    }
  }
}

/** Of those that somebody is to work on: neither retired, paused nor stopped, nor given back. */
async function takenOf(readModels: ReadModels<unknown>): Promise<Map<ProcessorId, LeaseRow>> {
  const taken = (await processorsOf(readModels)).filter(
    ({ stage, lease: { state, owner } }) => stage !== 'retired' && state === 'active' && owner !== undefined,
  );
  return new Map(taken.map(({ processor, lease }) => [processor, lease]));
}
