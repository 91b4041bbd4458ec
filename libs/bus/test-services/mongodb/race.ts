import type { MongoPublicationStore } from '@varve/bus/mongodb';
import type { Checkpoint } from '@varve/eventstore';

export interface Racer {
  readonly owner: string;
  /** Where the checkpoint stands when the race is over. */
  readonly steps: number;
  /** At the same time. */
  readonly callers: number;
}

/** What a racer was told that it has. */
export interface Won {
  /** Of its leases. */
  readonly tokens: number[];
  /** To which it has moved the checkpoint. */
  readonly positions: number[];
}

/** How often a lease is taken from who has it: it is lost in the middle of a step then. */
const ROBBERY = 0.02;

/** Takes the lease as soon as it is free, and sometimes when it is not, and moves the checkpoint by one. */
export async function race(store: MongoPublicationStore, { owner, steps, callers }: Racer): Promise<Won> {
  const won: Won = { tokens: [], positions: [] };
  const run = async (): Promise<void> => {
    for (;;) {
      const seen = (await store.readLease('relay'))!;
      if (seen.owner !== undefined && Math.random() > ROBBERY) continue;
      const lease = await store.acquire('relay', owner, seen);
      if (!lease) continue;
      won.tokens.push(lease.token);
      const from = { ...(await store.load('relay'))!, token: lease.token };
      if (from.position < steps && (await step(store, from))) won.positions.push(from.position + 1);
      await store.release(lease);
      if (from.position >= steps) return;
    }
  };
  await Promise.all(Array.from({ length: callers }, run));
  return won;
}

async function step(store: MongoPublicationStore, from: Checkpoint): Promise<boolean> {
  const refused = new Error('The step was refused.');
  try {
    await store.transaction('relay', async (tx) => {
      const to = { logId: from.logId, position: from.position + 1 };
      if (!(await store.save(tx, 'relay', from, to))) throw refused;
    });
    return true;
  } catch (error) {
    if (error === refused || (error as { readonly code?: unknown }).code === 'lease-lost') return false;
    throw error;
  }
}
