import type { EventStore, VerifiableLog } from '../../log/event-store.js';
import { equal } from './check.js';
import { openedCase, type ContractCase } from './contract-case.js';
import { notes } from './event-store/harness.js';

/** How `verifiableLogContract` gets at an adapter. */
export interface VerifiableLogHarness {
  /** A store on a log of its own, empty. */
  open(): Promise<{ readonly store: EventStore & VerifiableLog; dispose(): Promise<void> }>;
}

/** The rules of `VerifiableLog` that a healthy log can show; an adapter's own tests do the damage. */
export const verifiableLogContract: readonly ContractCase<VerifiableLogHarness>[] = [
  openedCase('counts a healthy log and finds nothing wrong with it', [], async ({ store }) => {
    const { logId } = store;
    const empty = { logId, commits: 0, events: 0, streams: 0, problems: [] };
    equal(await store.verify(), empty, 'an empty log');
    await store.append('note-1', 'any', notes(3), { commitId: 'c1' });
    await store.append('note-2', 'any', notes(2));
    await store.append('note-1', 'any', notes(1));
    await store.fence('c2');
    await store.closeStream('note-2', 'any');
    const report = { logId, commits: 4, events: 7, streams: 2, problems: [] };
    equal(await store.verify(), report, 'the report');
  }),
];
