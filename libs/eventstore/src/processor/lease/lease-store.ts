import type { LogId } from '../../log/positions.js';
import type { Checkpoint, ProcessorId } from '../checkpoint-store.js';

/** What everybody sees of a lease. A challenger takes over only after it has seen `token` and `heartbeat` unchanged for the whole
 * duration on its own monotonic clock: wall clocks of two machines are never compared. */
export interface LeaseRow {
  readonly token: number;
  /** Rises with every renewal and every saved checkpoint. */
  readonly heartbeat: number;
  /** Who holds it; absent when nobody does. */
  readonly owner?: string;
  /** `paused`: by a person, until resumed. `stopped`: by a failure, until resumed. Neither is acquired. */
  readonly state: 'active' | 'paused' | 'stopped';
  /** Why it was stopped. */
  readonly reason?: string;
}

/** The right to work, as this instance was given it. It counts for as long as the row still shows its `token`. */
export interface Lease {
  readonly processor: ProcessorId;
  readonly owner: string;
  readonly token: number;
}

/** The lease stands in the checkpoint's row, so that one compare-and-set guards both. */
export interface LeaseStore {
  /** Creates the row if there is none: at `start`, or at position 0 of `logId`. One write, so that a crash cannot leave a processor that was to begin at `start` at 0. */
  ensureRow(
    processor: ProcessorId,
    logId: LogId,
    start?: Pick<Checkpoint, 'position' | 'mark'>,
  ): Promise<void>;

  readLease(processor: ProcessorId): Promise<LeaseRow | undefined>;

  /** Takes the lease only if the row still shows `seen`'s token and heartbeat and is active; raises the token. */
  acquire(processor: ProcessorId, owner: string, seen: LeaseRow): Promise<Lease | undefined>;

  /** Raises the heartbeat. `false`: somebody else has the lease. */
  renew(lease: Lease): Promise<boolean>;

  /** Gives the lease back at once, so that nobody has to wait for it. Does nothing if it is no longer held. */
  release(lease: Lease): Promise<void>;

  /** Raises the token, so that whoever works now cannot save, clears the owner, so that nobody waits for it after a resume, and sets the state and its reason. */
  setState(processor: ProcessorId, state: LeaseRow['state'], reason?: string): Promise<void>;
}
