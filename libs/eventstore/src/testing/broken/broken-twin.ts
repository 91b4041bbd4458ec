import type { EventStoreHarness } from '../contract/event-store/harness.js';
import { inMemoryHarness, type InMemoryStoreClass } from '../in-memory-harness.js';

/** A store that breaks one rule on purpose: the cases that it fails, and only they, prove that the rule is tested. */
export interface BrokenTwin<Harness> {
  /** What it does wrong. */
  readonly name: string;
  /** The cases of the contract that must notice: their names, or what several of them have in common. */
  readonly fails: readonly (string | RegExp)[];
  readonly harness: Harness;
}

/** Long enough for anything that happens in memory, short enough for what never happens. */
const PATIENCE = 50;

export function brokenStore(
  name: string,
  Store: InMemoryStoreClass,
  fails: readonly (string | RegExp)[],
): BrokenTwin<EventStoreHarness & ReturnType<typeof inMemoryHarness>> {
  return { name, fails, harness: { ...inMemoryHarness(Store), patience: PATIENCE } };
}
