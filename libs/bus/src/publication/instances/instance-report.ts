import type { Published } from '../publication-store.js';
import type { RelayStatus } from '../relay/relay.js';
import type { TwoPhaseStatus } from '../two-phase/two-phase-publisher.js';

/** What one running instance says of its publication; its figures count from its start. */
export interface InstanceReport {
  /** Names the instance for people, and for itself when it reports again. */
  readonly instance: string;
  /** When it said so, by its own clock. */
  readonly at: Date;
  readonly relay: Pick<RelayStatus, 'state' | 'relayed' | 'swept' | 'unconfirmed'>;
  /** Absent where nothing is published in two phases. */
  readonly twoPhase?: Omit<TwoPhaseStatus, 'lastError'>;
  /** Commits that it has made visible, by relay, sweep or second phase: each second, since it last reported. */
  readonly commitsPerSecond: number;
  readonly lastError?: { readonly code: string; readonly message: string; readonly at: Date };
}

/**
 * What running instances say of themselves, for whoever asks from outside. It is for people: nothing is decided by it, and losing it loses
 * nothing else. Every implementation passes `instanceReportsContract` of `@varve/bus/testing`.
 */
export interface InstanceReports {
  /** In the place of what this instance reported before. */
  recordInstance(of: Published, report: InstanceReport): Promise<void>;

  /** In the order of their names. */
  listInstances(of: Published): Promise<readonly InstanceReport[]>;

  /** Of an instance that has ended, or that nobody has heard of for long. */
  forgetInstance(of: Published, instance: string): Promise<void>;
}

/** How often an instance reports although nothing happens, in milliseconds. */
export const REPORTS_EVERY = 10_000;

/** Three reports are missing: it was killed, hangs, or cannot write. */
export function isSilent({ at }: Pick<InstanceReport, 'at'>, now: Date = new Date()): boolean {
  return now.getTime() - at.getTime() > 3 * REPORTS_EVERY;
}

/** Whether a publication store also keeps what instances say of themselves; it need not. */
export function keepsInstances(store: object): store is InstanceReports {
  return 'recordInstance' in store && 'listInstances' in store && 'forgetInstance' in store;
}
