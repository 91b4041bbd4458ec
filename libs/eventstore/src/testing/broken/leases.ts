import type { ProcessorId } from '../../processor/checkpoint-store.js';
import type { Checkpoint } from '../../processor/checkpoint-store.js';
import type { Lease, LeaseRow } from '../../processor/lease/lease-store.js';
import { InMemoryProcessorStore } from '../in-memory-processor-store.js';
import type { MemoryTransaction } from '../memory/memory-transaction.js';
import { brokenProcessorStore } from './processor-twin.js';

/** The holder is known by its name alone. */
class LeasesWithoutAToken extends InMemoryProcessorStore {
  override async acquire(processor: ProcessorId, owner: string, seen: LeaseRow): Promise<Lease | undefined> {
    const lease = await super.acquire(processor, owner, seen);
    if (lease) await this.changeRow(processor, (row) => ({ ...row, token: seen.token }));
    return lease && { ...lease, token: seen.token };
  }
}

class GivesTheLeaseToAnybody extends InMemoryProcessorStore {
  override async acquire(processor: ProcessorId, owner: string): Promise<Lease | undefined> {
    const seen = await this.readLease(processor);
    return seen && super.acquire(processor, owner, seen);
  }
}

/** Looks at the token only: a holder that is alive loses its lease. */
class ForgetsTheHeartbeat extends InMemoryProcessorStore {
  override async acquire(processor: ProcessorId, owner: string, seen: LeaseRow): Promise<Lease | undefined> {
    const row = await this.readLease(processor);
    return row && super.acquire(processor, owner, { ...seen, heartbeat: row.heartbeat });
  }
}

/** Looks, and takes the lease in another step. */
class LooksBeforeItLeases extends InMemoryProcessorStore {
  override async acquire(processor: ProcessorId, owner: string, seen: LeaseRow): Promise<Lease | undefined> {
    const row = await this.readLease(processor);
    if (row?.token !== seen.token || row.heartbeat !== seen.heartbeat || row.state !== 'active')
      return undefined;
    const taken = await this.changeRow(processor, (now) => ({ ...now, owner, token: now.token + 1 }));
    return taken && { processor, owner, token: taken.token };
  }
}

class RenewsForAnybody extends InMemoryProcessorStore {
  override async renew(lease: Lease): Promise<boolean> {
    const row = await this.changeRow(lease.processor, (now) => ({ ...now, heartbeat: now.heartbeat + 1 }));
    return row !== undefined;
  }
}

class RenewsByName extends InMemoryProcessorStore {
  override async renew(lease: Lease): Promise<boolean> {
    const row = await this.readLease(lease.processor);
    return row?.owner === lease.owner && super.renew({ ...lease, token: row.token });
  }
}

class RenewsInSilence extends InMemoryProcessorStore {
  override async renew(lease: Lease): Promise<boolean> {
    const row = await this.readLease(lease.processor);
    return row?.owner === lease.owner && row.token === lease.token;
  }
}

class SavesInSilence extends InMemoryProcessorStore {
  override save(
    tx: MemoryTransaction,
    processor: ProcessorId,
    from: Checkpoint,
    to: Omit<Checkpoint, 'token'>,
  ): boolean {
    const before = this.rowIn(tx, processor);
    const saved = super.save(tx, processor, from, to);
    const row = this.rowIn(tx, processor);
    if (row && before) this.putRow(tx, processor, { ...row, heartbeat: before.heartbeat });
    return saved;
  }
}

class ReleasesForAnybody extends InMemoryProcessorStore {
  override async release(lease: Lease): Promise<void> {
    const row = await this.readLease(lease.processor);
    if (row?.owner !== undefined) await super.release({ ...lease, owner: row.owner, token: row.token });
  }
}

class KeepsWhatIsGivenBack extends InMemoryProcessorStore {
  override async release(): Promise<void> {
    await Promise.resolve();
  }
}

class PausesInSilence extends InMemoryProcessorStore {
  override async setState(processor: ProcessorId, state: LeaseRow['state'], reason?: string): Promise<void> {
    await this.changeRow(processor, (row) => ({
      ...row,
      state,
      ...(reason === undefined ? {} : { reason }),
    }));
  }
}

class LeasesWhatIsPaused extends InMemoryProcessorStore {
  override async acquire(processor: ProcessorId, owner: string, seen: LeaseRow): Promise<Lease | undefined> {
    const { state } = seen;
    if (state !== 'active') await this.changeRow(processor, (row) => ({ ...row, state: 'active' }));
    return super.acquire(processor, owner, seen);
  }
}

class RemembersTheReason extends InMemoryProcessorStore {
  override async setState(processor: ProcessorId, state: LeaseRow['state'], reason?: string): Promise<void> {
    const row = await this.readLease(processor);
    await super.setState(processor, state, reason ?? row?.reason);
  }
}

class InventsRows extends InMemoryProcessorStore {
  override async readLease(processor: ProcessorId): Promise<LeaseRow | undefined> {
    return (await super.readLease(processor)) ?? { token: 0, heartbeat: 0, state: 'active' };
  }
}

class PausesAllVersions extends InMemoryProcessorStore {
  override async setState(processor: ProcessorId, state: LeaseRow['state'], reason?: string): Promise<void> {
    await super.setState(processor, state, reason);
    await super.setState('orders@1', state, reason);
  }
}

export const brokenAtLeases = [
  brokenProcessorStore('leases without a token', LeasesWithoutAToken, [
    'saves only with the token that the row has',
    'raises the token when the lease is acquired, in the checkpoint as well',
    'gives the lease only to who has seen the row as it is',
    'lets a challenger take over, and the old holder do nothing more',
    'tells apart two leases of one owner by their tokens',
  ]),
  brokenProcessorStore('gives the lease to anybody', GivesTheLeaseToAnybody, [
    'gives the lease only to who has seen the row as it is',
    'raises the heartbeat when the lease is renewed',
    'raises the heartbeat when a checkpoint is saved',
    'can be acquired again when the processor is resumed',
  ]),
  brokenProcessorStore('forgets the heartbeat', ForgetsTheHeartbeat, [
    'raises the heartbeat when the lease is renewed',
    'raises the heartbeat when a checkpoint is saved',
  ]),
  brokenProcessorStore('looks before it leases', LooksBeforeItLeases, [
    'gives the lease to one of many who want it at once',
    'gives the lease to one of two instances that want it at once',
  ]),
  brokenProcessorStore('renews for anybody', RenewsForAnybody, [
    'lets a challenger take over, and the old holder do nothing more',
    'tells apart two leases of one owner by their tokens',
    'shows at once that a lease was given back',
    'takes the lease from its holder when the processor is paused',
    'takes the lease from its holder when the processor is stopped',
    'keeps the leases of processors apart',
  ]),
  brokenProcessorStore('renews by name', RenewsByName, [
    'tells apart two leases of one owner by their tokens',
  ]),
  brokenProcessorStore('renews in silence', RenewsInSilence, [
    'raises the heartbeat when the lease is renewed',
  ]),
  brokenProcessorStore('saves in silence', SavesInSilence, [
    'raises the heartbeat when a checkpoint is saved',
  ]),
  brokenProcessorStore('releases for anybody', ReleasesForAnybody, [
    'lets a challenger take over, and the old holder do nothing more',
    'tells apart two leases of one owner by their tokens',
  ]),
  brokenProcessorStore('keeps what is given back', KeepsWhatIsGivenBack, [
    'shows at once that a lease was given back',
  ]),
  brokenProcessorStore('pauses in silence', PausesInSilence, [
    'takes the lease from its holder when the processor is paused',
    'takes the lease from its holder when the processor is stopped',
    'can be acquired again when the processor is resumed',
  ]),
  brokenProcessorStore('leases what is paused', LeasesWhatIsPaused, [
    'takes the lease from its holder when the processor is paused',
    'takes the lease from its holder when the processor is stopped',
  ]),
  brokenProcessorStore('remembers the reason', RemembersTheReason, [
    'can be acquired again when the processor is resumed',
  ]),
  brokenProcessorStore('invents rows', InventsRows, ['begins with a row that nobody holds']),
  brokenProcessorStore('pauses all versions', PausesAllVersions, ['keeps the leases of processors apart']),
];
