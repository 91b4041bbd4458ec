import type { EventStore } from '../../../log/event-store.js';
import type { NewEvent } from '../../../log/event.js';
import { openedCase, type ContractCase } from '../contract-case.js';

/** What not every adapter, or not every way to test one, can do; each is a function of `OpenedEventStore`. */
export type EventStoreCapability = 'reopen' | 'second' | 'failNextCommit';

/** How the suite gets at an adapter. */
export interface EventStoreHarness {
  /** A store on a log of its own, empty. */
  open(): Promise<OpenedEventStore>;
  /** What `open()` does not give, and why. */
  readonly lacks?: Readonly<Partial<Record<EventStoreCapability, string>>>;
  /** How long, in milliseconds, something that must happen soon may take. Default 5,000. */
  readonly patience?: number;
}

/** What a harness of `eventStoreContract` opens for one case: a store, and what else can be done to its log. */
export interface OpenedEventStore {
  readonly store: EventStore;
  /** Closes the store and opens another one on the same log. */
  reopen?(): Promise<EventStore>;
  /** One more store on the same log, as another process has it. */
  second?(): Promise<EventStore>;
  /** The storage fails while it writes the next commit, as when a disk is full; afterwards it works again. */
  failNextCommit?(): void | Promise<void>;
  /** Closes all stores and removes the log. */
  dispose(): Promise<void>;
}

/** What a case works with: each capability that it has named in `needs` is there. */
export interface EventStoreBench extends Required<Omit<OpenedEventStore, 'dispose'>> {
  readonly patience: number;
}

/** One rule of `eventStoreContract`. */
export type EventStoreCase = ContractCase<EventStoreHarness>;

export function eventStoreCase(
  name: string,
  work: (bench: EventStoreBench) => Promise<void>,
  ...needs: readonly EventStoreCapability[]
): EventStoreCase {
  return openedCase(name, needs, (opened, { patience = 5_000 }) =>
    work({ ...opened, patience } as EventStoreBench),
  );
}

export function noted(n: number, type = 'note.taken'): NewEvent {
  return { type, data: { n } };
}

export function notes(count: number, type?: string): NewEvent[] {
  return Array.from({ length: count }, (_, i) => noted(i + 1, type));
}

export function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => from + i);
}
