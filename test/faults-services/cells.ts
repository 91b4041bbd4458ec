import type { Publication } from './parties/orders.ts';
import type { Step } from './parties/traps.ts';
import { answerLost } from './faults/answer-lost.ts';
import { lateAppend } from './faults/late-append.ts';
import { lateCheckBack } from './faults/late-check-back.ts';
import { killedBroker, killedConsumer, killedProducer } from './faults/killed.ts';
import { lostLease } from './faults/lost-lease.ts';
import type { Outage } from './outage.ts';
import type { World } from './world.ts';

export const STEPS = [
  'prepare',
  'append',
  'commit',
  'publish',
  'confirm',
  'deliver',
  'apply',
  'checkpoint',
] as const satisfies readonly Step[];
export type CommitStep = (typeof STEPS)[number];

export interface Telling {
  readonly world: World;
  readonly step: CommitStep;
  readonly outage: Outage;
}

export interface Fault {
  readonly name: string;
  /** At which steps it can be at all, by how commits are published. */
  readonly steps: Readonly<Record<Publication, readonly CommitStep[]>>;
  readonly kills?: 'broker';
  tell(telling: Telling): Promise<void>;
}

const relayed = STEPS.filter((step) => step !== 'prepare' && step !== 'commit');
const all = { 'two-phase': STEPS, relay: relayed };
const twoPhase = (...steps: readonly CommitStep[]) => ({ 'two-phase': steps, relay: [] });

export const FAULTS: readonly Fault[] = [
  { name: 'kill -9 of the producer', steps: all, tell: killedProducer },
  { name: 'kill -9 of the consumer', steps: all, tell: killedConsumer },
  { name: 'kill -9 of the broker, which comes back', steps: all, kills: 'broker', tell: killedBroker },
  {
    name: "the broker's answer is lost",
    steps: { 'two-phase': ['prepare', 'commit', 'publish', 'deliver'], relay: ['publish', 'deliver'] },
    tell: answerLost,
  },
  { name: 'the check-back is late', steps: twoPhase(...STEPS), tell: lateCheckBack },
  { name: 'the append is late, after its fence', steps: twoPhase('prepare', 'append'), tell: lateAppend },
  { name: 'the lease is lost', steps: all, tell: lostLease },
];
