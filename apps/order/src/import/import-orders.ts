import { isEventStoreError, runWithContext } from '@varve/eventstore';
import type { DomainRuleError, SaveResult } from '@varve/eventstore';
import type { Command } from '@nestjs/cqrs';
import { observationsOf } from './observations.js';
import type { Observation } from './observations.js';
import { inOrderOfTime } from './order-steps.js';
import type { OrderStep, StepName } from './order-steps.js';
import type { SourceOrder } from './source-order.js';
import { commandOf, contextOf } from './step-command.js';

export interface ImportOptions {
  /** How many commands wait for the log at once; they share its transactions. Default 64. */
  readonly concurrency?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

/** What the rules refused, and why. */
export interface Refusal {
  readonly orderId: string;
  readonly step: StepName;
  readonly rule: string;
  readonly message: string;
}

export interface ImportReport {
  readonly outcome: 'complete' | 'stopped';
  readonly orders: number;
  readonly steps: number;
  readonly appended: number;
  /** Imported by an earlier run. */
  readonly repeated: number;
  readonly refused: readonly Refusal[];
  readonly observations: Readonly<Partial<Record<Observation, number>>>;
}

type Execute = (command: Command<SaveResult>) => Promise<SaveResult>;

/**
 * Carries out every step of every order as a command: an order's steps one after the other, different orders at once. What a rule refuses is
 * reported and the rest of the order is tried all the same; any other error ends the import, which may be run again. An order that somebody else
 * has placed is left alone: it is another one of the same id.
 */
export async function importOrders(
  orders: readonly SourceOrder[],
  execute: Execute,
  options: ImportOptions = {},
): Promise<ImportReport> {
  const steps = inOrderOfTime(orders);
  const tally = { appended: 0, repeated: 0, refused: [] as Refusal[] };
  const notPlaced = new Map<string, Refusal>();
  const carryOut = async (step: OrderStep) => {
    const refusal = notPlaced.get(step.orderId);
    try {
      if (refusal) tally.refused.push({ ...refusal, step: step.step });
      else tally[await outcomeOf(step, execute)]++;
    } catch (error) {
      const refused = refusalOf(step, error);
      if (step.step === 'place') notPlaced.set(step.orderId, refused);
      tally.refused.push(refused);
    }
    options.onProgress?.(tally.appended + tally.repeated + tally.refused.length, steps.length);
  };
  const outcome = await runInLanes(steps, carryOut, options);
  const observations = count(orders.flatMap(observationsOf));
  return { outcome, orders: orders.length, steps: steps.length, ...tally, observations };
}

async function outcomeOf(step: OrderStep, execute: Execute): Promise<'appended' | 'repeated'> {
  const { outcome } = await runWithContext(contextOf(step), () => execute(commandOf(step)));
  return outcome === 'repeated' ? 'repeated' : 'appended';
}

/** In the given order as far as `concurrency` allows, and strictly so within an order. */
async function runInLanes(
  steps: readonly OrderStep[],
  carryOut: (step: OrderStep) => Promise<void>,
  { concurrency = 64, signal }: ImportOptions,
): Promise<ImportReport['outcome']> {
  const lanes = new Map<string, Promise<void>>();
  const running = new Set<Promise<void>>();
  let failure: { readonly error: unknown } | undefined;
  for (const step of steps) {
    if (running.size >= concurrency) await Promise.race(running);
    if (failure || signal?.aborted) break;
    const lane = lanes.get(step.orderId) ?? Promise.resolve();
    const work = lane
      .then(() => (failure ? undefined : carryOut(step)))
      .catch((error: unknown) => void (failure ??= { error }))
      .finally(() => running.delete(work));
    lanes.set(step.orderId, work);
    running.add(work);
  }
  await Promise.all(running);
  if (failure) throw failure.error;
  return signal?.aborted ? 'stopped' : 'complete';
}

function refusalOf({ orderId, step }: OrderStep, error: unknown): Refusal {
  if (!isEventStoreError(error, 'domain-rule-violated')) throw error;
  const { rule, message } = error as DomainRuleError;
  return { orderId, step, rule, message };
}

function count<Kind extends string>(kinds: readonly Kind[]): Partial<Record<Kind, number>> {
  const counts: Partial<Record<Kind, number>> = {};
  for (const kind of kinds) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}
