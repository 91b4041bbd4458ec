import type { Lease, ProcessorId } from '@varve/eventstore';
import type { Processing } from '../processing-options.js';

export interface Still {
  /** Of the checkpoint's row, as long as nobody else works. */
  readonly token: number;
  /** `false`: somebody else works again. */
  renew(): Promise<boolean>;
  /** Lets the instances go on. */
  release(): Promise<void>;
}

/**
 * Keeps a projection version where it is, by taking its lease: whoever worked on it waits for its turn, and goes on once the lease is
 * given back. If this process dies meanwhile, the lease runs out like any other; a pause would stay.
 */
export async function holdStill<Tx>(
  { readModels, owner }: Pick<Processing<Tx>, 'readModels' | 'owner'>,
  processor: ProcessorId,
): Promise<Still> {
  for (;;) {
    const row = await readModels.readLease(processor);
    // Nobody works on what is paused, stopped or gone.
    if (row?.state !== 'active') return nobodyWorks(row?.token ?? 0);
    // The holder's heartbeat may have risen since: then look again.
    const lease = await readModels.acquire(processor, owner, row);
    if (lease) return heldBy(readModels, lease);
  }
}

function nobodyWorks(token: number): Still {
  return { token, renew: async () => true, release: async () => undefined };
}

function heldBy<Tx>(readModels: Processing<Tx>['readModels'], lease: Lease): Still {
  const { token } = lease;
  return { token, renew: () => readModels.renew(lease), release: () => readModels.release(lease) };
}
