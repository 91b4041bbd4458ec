import type { AppendResult, CommitHeader } from '@varve/eventstore';
import { expect } from 'vitest';
import type { Answer } from './client.js';
import type { Model, Verdict } from './model.js';

type Appended = Extract<Answer, { result: unknown }>;
type Fenced = Extract<Answer, { outcome: unknown }>;

/**
 * Takes a round's answers into the model. Its operations ran at once, so each answer must be right at some moment of the round: after any
 * number of its commits, with its fences or without.
 */
export function explain(model: Model, answers: readonly Answer[]): void {
  const before = { head: model.head, fenced: new Set(model.fenced) };
  const appends = answers.filter((answer): answer is Appended => 'result' in answer);
  for (const answer of answers) if (isFence(answer)) model.fenced.add(answer.to.commitId);
  const writers = takeInCommits(model, appends);
  const moments = Array.from({ length: model.head - before.head + 1 }, (_, i) => before.head + i);
  const right = (answer: Appended): boolean =>
    moments.some((head) =>
      [before.fenced, model.fenced].some((fenced) =>
        fits(answer.result, model.judge(answer.to, head, fenced)),
      ),
    );
  for (const answer of appends) {
    if (!writers.has(answer)) expect(answer, 'an answer that is right at no moment').toSatisfy(right);
  }
  for (const answer of answers) if (!('result' in answer)) explainReading(model, answer, before.head);
}

function isFence(answer: Answer): answer is Fenced {
  return answer.to.kind === 'fence' && 'outcome' in answer && answer.outcome.outcome === 'fenced';
}

/** The new commits in the order of their positions: dense, and each one right at its moment. Answers who wrote them. */
function takeInCommits(model: Model, appends: readonly Appended[]): Set<Appended> {
  const writers = new Set<Appended>();
  const acknowledged = appends.flatMap((answer) => {
    const commit = commitIn(answer.result);
    return commit && commit.position > model.head ? [{ answer, commit }] : [];
  });
  acknowledged.sort((a, b) => a.commit.position - b.commit.position);
  for (const { answer, commit } of acknowledged) {
    if (commit.position === model.head) continue;
    writers.add(answer);
    const { stream, events, commitId } = answer.to;
    const firstVersion = model.versionOf(stream) + 1;
    const lastVersion = firstVersion + events.length - 1;
    const id = commitId === undefined ? {} : { commitId };
    const header = { position: model.head + 1, stream, firstVersion, lastVersion, at: commit.at, ...id };
    expect(commit, 'an acknowledged commit').toEqual(header);
    expect(model.judge(answer.to, model.head, new Set()), 'what was to be done').toBe('writes');
    expect(model.fenced.has(commitId ?? ''), `${String(commitId)} both fenced and committed`).toBe(false);
    model.write(header, answer.to);
  }
  return writers;
}

function commitIn(result: AppendResult | { error: string }): CommitHeader | undefined {
  return 'ok' in result && result.ok ? result.commit : undefined;
}

function fits(result: AppendResult | { error: string }, verdict: Verdict): boolean {
  if ('error' in result) return verdict === result.error;
  if (typeof verdict === 'string') return false;
  if (result.ok) return 'repeats' in verdict && verdict.repeats === result.commit.position;
  return 'conflictAt' in verdict && verdict.conflictAt === result.conflict.actual;
}

function explainReading(model: Model, answer: Exclude<Answer, Appended>, headBefore: number): void {
  if ('outcome' in answer) {
    explainOutcome(model, answer, headBefore);
  } else if ('positions' in answer) {
    const { after } = answer.to;
    expect(answer.positions, 'what was read of the log').toEqual(numbers(after + 1, answer.upTo));
    expect(answer.upTo, 'how far it was read').toBeGreaterThanOrEqual(Math.max(after, headBefore));
    expect(answer.upTo, 'how far it was read').toBeLessThanOrEqual(Math.max(after, model.head));
  } else if ('versions' in answer) {
    const { stream, direction } = answer.to;
    const versions = direction === 'forward' ? answer.versions : [...answer.versions].reverse();
    expect(versions, 'what was read of a stream').toEqual(numbers(1, versions.length));
    expect(versions.length).toBeGreaterThanOrEqual(model.versionOf(stream, headBefore));
    expect(versions.length).toBeLessThanOrEqual(model.versionOf(stream));
  }
}

function explainOutcome(model: Model, { to, outcome }: Fenced, headBefore: number): void {
  const committed = model.find(to.commitId);
  if (outcome.outcome === 'committed') {
    expect(outcome.commit.position, `the commit ${to.commitId}`).toBe(committed?.header.position);
  } else if (outcome.outcome === 'fenced') {
    expect(committed, `${to.commitId} both fenced and committed`).toBeUndefined();
  } else {
    expect(to.kind, 'a fence that does not know').toBe('find');
    expect(model.find(to.commitId, headBefore), `the commit ${to.commitId}, not found`).toBeUndefined();
  }
}

function numbers(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => from + i);
}
