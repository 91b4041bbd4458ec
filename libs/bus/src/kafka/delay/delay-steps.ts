/**
 * A topic for each length of a step, in milliseconds: whoever waits in one waits for the same time, so that the first in is the first out and
 * nobody waits behind somebody who waits longer. A delay is walked in steps, the longest that fits first.
 */
const STEPS = [250, 1_000, 4_000, 16_000, 64_000, 256_000, 1_024_000, 4_096_000, 16_384_000] as const;

/** A day: six steps of the longest kind, and some. */
export const LONGEST_DELAY = 24 * 60 * 60 * 1_000;
export const DEFAULT_DELAY_PREFIX = 'varve-delayed';

export function delayTopics(prefix: string): readonly string[] {
  return STEPS.map((step) => topicOf(prefix, step));
}

export interface DelayStep {
  readonly topic: string;
  /** Milliseconds to wait there. */
  readonly wait: number;
}

/** The next step of a way that is so long; none when it is at its end. What is shorter than the shortest step waits exactly that long. */
export function nextStep(prefix: string, remaining: number): DelayStep | undefined {
  if (remaining <= 0) return undefined;
  const step = STEPS.findLast((one) => one <= remaining);
  return step === undefined
    ? { topic: topicOf(prefix, STEPS[0]), wait: remaining }
    : { topic: topicOf(prefix, step), wait: step };
}

function topicOf(prefix: string, step: number): string {
  return `${prefix}-${step}ms`;
}
