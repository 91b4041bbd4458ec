import type { EventStore } from '@varve/eventstore';

export class Killed extends Error {}

export interface MortalOptions {
  /** The process dies at its n-th write, from 0. */
  readonly diesAt?: number;
  /** Before the write reaches the log, or after it was written and before anybody is told. */
  readonly when?: 'before' | 'after';
  /** Runs around each call: a place to let others go first. */
  readonly between?: (call: string) => Promise<void>;
}

const WRITES: readonly PropertyKey[] = ['append', 'fence'];

/** A process's way to the log, which ends at one of its writes: from then on nothing comes back, as after `kill -9`. */
export function mortalStore(
  log: EventStore,
  { diesAt, when = 'before', between }: MortalOptions,
): EventStore {
  let writes = 0;
  let isDead = false;
  return new Proxy(log, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key, target);
      if (typeof value !== 'function') return value;
      const call = value.bind(target) as (...args: unknown[]) => unknown;
      if (key !== 'append' && key !== 'fence' && key !== 'findCommit') return call;
      return async (...args: unknown[]) => {
        await between?.(key);
        if (isDead) throw new Killed();
        const dies = WRITES.includes(key) && writes++ === diesAt;
        if (dies) isDead = true;
        if (dies && when === 'before') throw new Killed();
        const result = await call(...args);
        if (isDead) throw new Killed();
        await between?.(key);
        return result;
      };
    },
  });
}
