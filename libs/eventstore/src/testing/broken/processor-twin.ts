import type { ProcessorStoreHarness } from '../contract/processor-store/harness.js';
import { inMemoryProcessorHarness } from '../in-memory-processor-harness.js';
import type { InMemoryProcessorStore } from '../in-memory-processor-store.js';
import type { BrokenTwin } from './broken-twin.js';

export function brokenProcessorStore(
  name: string,
  Store: new () => InMemoryProcessorStore,
  fails: readonly (string | RegExp)[],
): BrokenTwin<ProcessorStoreHarness> {
  return { name, fails, harness: inMemoryProcessorHarness(Store) };
}
