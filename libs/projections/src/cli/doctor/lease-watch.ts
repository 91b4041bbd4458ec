import { sleep, systemTimers, type LeaseRow, type ProcessorId } from '@varve/eventstore';

/** Milliseconds between two looks: whoever works is seen to renew long before its lease's time is over. */
const LOOK_EVERY = 200;

/** Of those that somebody is to work on. */
export type TakenLeases = () => Promise<ReadonlyMap<ProcessorId, LeaseRow>>;

/** Somebody is to work, and has not given the lease back. */
export function isTaken({ state, owner }: LeaseRow): boolean {
  return state === 'active' && owner !== undefined;
}

/** For people: what it means that nobody has renewed a lease for so many milliseconds. */
export function describeSilence(duration: number): string {
  return `for ${duration / 1_000} s nobody has renewed its lease: the instance was killed, hangs, or cannot reach the log`;
}

/**
 * Which leases were taken and are renewed by nobody, by the rule of an instance that would take over: token and heartbeat unchanged for a
 * lease's whole time, on this process's own monotonic clock.
 */
export class LeaseWatch {
  private constructor(
    private readonly taken: TakenLeases,
    private readonly unchanged: Map<ProcessorId, LeaseRow>,
    private readonly since: number,
  ) {}

  /** The first look. What else there is to examine meanwhile counts as waiting. */
  static async begin(taken: TakenLeases): Promise<LeaseWatch> {
    return new LeaseWatch(taken, new Map(await taken()), performance.now());
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
    const taken = await this.taken();
    for (const [processor, { token, heartbeat }] of this.unchanged) {
      const now = taken.get(processor);
      if (now?.token !== token || now.heartbeat !== heartbeat) this.unchanged.delete(processor);
    }
  }
}
