import type { Trap } from './traps.ts';

export type BrokerAddress =
  | { readonly kind: 'rocketmq'; readonly endpoints: string; readonly adminAddress: string }
  | { readonly kind: 'kafka'; readonly brokers: string }
  /** In the process that starts the others. */
  | { readonly kind: 'memory' };

export type Publication = 'two-phase' | 'relay';

/** Milliseconds: everything that is slow for production's sake is quick. */
export const TIMES = {
  lease: 1_000,
  fenceAfter: 1_500,
  sweepAfter: 1_000,
  /** Longer than the others: on a busy machine the broker may take its time. */
  prepareTimeout: 10_000,
} as const;

interface PartyOrders {
  readonly owner: string;
  readonly broker: BrokerAddress;
  readonly topic: string;
  readonly logFile: string;
  readonly traps: readonly Trap[];
}

export interface ServiceOrders extends PartyOrders {
  readonly publication: Publication;
  /** Whether this instance takes part in the relay, or sweep. */
  readonly relays: boolean;
}

export interface ProjectorOrders extends PartyOrders {
  readonly readModelsFile: string;
  readonly groupPrefix: string;
  /** How far the walk along the log stays behind. */
  readonly walkBehind: number;
}

export interface Command {
  readonly stream: string;
  readonly commitId: string;
  readonly cents: number;
  readonly expected: 'any' | 'no-stream' | number;
}

export type Order =
  { readonly arm: Trap } | { readonly release: Trap['step'] } | { readonly command: Command };

/** What became of a command: `appended`, `conflict`, or the error's code. */
export interface Answer {
  readonly answered: string;
  readonly outcome: string;
}

/** A half message that is at the broker, and what was decided about one. */
export type HalfStory =
  | { readonly half: string }
  /** A roll-back is on its way: if it gets lost, the broker asks. */
  | { readonly dropping: string }
  | { readonly decided: string; readonly as: 'commit' | 'rollback'; readonly by: 'owner' | 'check-back' };
