import { encodeEvents } from '../../../log/commit-text.js';
import type { EventStore, VerifiableLog } from '../../../log/event-store.js';
import type {
  CopySource,
  LogFilling,
  MovableLog,
  StoredCommit,
  StoredFence,
  StoredLog,
} from '../../../log/movable-log.js';
import { collect } from '../check.js';
import { openedCase, type ContractCase } from '../contract-case.js';
import { notes } from '../event-store/harness.js';

/** A store that can be moved elsewhere. */
export type MovableStore = EventStore & MovableLog;

/** How `movableLogContract` gets at an adapter. */
export interface MovableLogHarness {
  /** A store on a log of its own, empty. */
  open(): Promise<OpenedMovableLog>;
  /** What `open()` does not give, and why. */
  readonly lacks?: Readonly<Partial<Record<'reopen' | 'second', string>>>;
}

/** What a `MovableLogHarness` opens for one case: a store, and how to look at its log from elsewhere. */
export interface OpenedMovableLog {
  readonly store: MovableStore;
  /** Closes the store and opens another one on the same log. */
  reopen?(): Promise<MovableStore>;
  /** One more store on the same log, as another process has it. */
  second?(): Promise<MovableStore>;
  dispose(): Promise<void>;
}

export type MovableLogCase = ContractCase<MovableLogHarness>;
type MovableLogBench = Required<OpenedMovableLog>;

export function movableLogCase(
  name: string,
  work: (bench: MovableLogBench) => Promise<void>,
  ...needs: readonly ('reopen' | 'second')[]
): MovableLogCase {
  return openedCase(name, needs, (opened) => work(opened as MovableLogBench));
}

/** How `logFillingContract` gets at an adapter. */
export interface LogFillingHarness {
  /** A place where no log is. */
  open(): Promise<OpenedPlace>;
}

/** What a `LogFillingHarness` opens for one case: a place where no log is yet, to be filled and then used. */
export interface OpenedPlace {
  /** Begins to fill the log there, or goes on with it. */
  readonly fill: (source: CopySource) => Promise<LogFilling>;
  /** The log there, as an app opens it; makes one if there is none. */
  readonly use: () => Promise<MovableStore & VerifiableLog>;
  /** Closes everything and removes the log. */
  dispose(): Promise<void>;
}

export function logFillingCase(
  name: string,
  work: (place: OpenedPlace) => Promise<void>,
): ContractCase<LogFillingHarness> {
  return openedCase(name, [], work);
}

export const SOURCE: CopySource = { logId: '6b0e4c1e-0000-4000-8000-000000000001', location: '/old/log.db' };

const AT = Date.parse('2026-01-02T03:04:05.678Z');

/** The commit at a position of a log that has one commit of two events per stream, in turns over three streams. */
export function aStoredCommit(position: number): StoredCommit {
  const round = Math.floor((position - 1) / 3);
  const commit = {
    position,
    stream: `note-${(position - 1) % 3}`,
    firstVersion: round * 2 + 1,
    lastVersion: round * 2 + 2,
    at: new Date(AT + position),
    text: encodeEvents(notes(2)),
  };
  return position % 2 === 0 ? { ...commit, commitId: `c${position}` } : commit;
}

export async function storedOf(log: StoredLog): Promise<StoredCommit[]> {
  return (await collect(log.readStored(0))).flat();
}

/** By their ids. */
export async function fencesOf(log: StoredLog): Promise<StoredFence[]> {
  const fences = (await collect(log.readFences())).flat();
  return fences.sort((a, b) => (a.commitId < b.commitId ? -1 : 1));
}
