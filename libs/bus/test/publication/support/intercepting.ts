import type { AppendResult, EventStore } from '@varve/eventstore';

/** Puts something in front of, behind, or in the place of every append. */
export function intercepting(
  log: EventStore,
  method: 'append' | 'closeStream',
  around: (call: () => Promise<AppendResult>) => Promise<AppendResult>,
): EventStore {
  return new Proxy(log, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key, target);
      if (typeof value !== 'function') return value;
      const call = value.bind(target) as (...args: unknown[]) => Promise<AppendResult>;
      if (key !== method) return call;
      return (...args: unknown[]) => around(() => call(...args));
    },
  });
}
