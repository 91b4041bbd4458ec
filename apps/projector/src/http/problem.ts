import { internalProblem, problem, problemOfHttp, type Problem } from '@varve/http';

const STATUS: Readonly<Record<string, number>> = {
  'invalid-argument': 400,
  'log-diverged': 503,
  'projection-behind': 503,
  'read-models-closed': 503,
  'read-models-diverged': 503,
  'store-closed': 503,
  'store-incompatible': 503,
  'store-unavailable': 503,
  'unknown-projection': 503,
};

const UNREADABLE = 'The read models cannot be read at the moment.';

/** In place of messages that name files. */
const INSTEAD: Readonly<Record<string, string>> = {
  'log-diverged': 'The log cannot be read at the moment.',
  'read-models-diverged': UNREADABLE,
  'store-incompatible': 'The log or the read models cannot be read.',
  'store-unavailable': UNREADABLE,
  'unknown-projection': UNREADABLE,
};

const FACTS = ['reason', 'position', 'wanted', 'argument', 'fields'] as const;

/** What is our fault is told without details. */
export function problemOf(error: unknown): Problem {
  const ofHttp = problemOfHttp(error);
  if (ofHttp) return ofHttp;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const status = STATUS[code];
  if (status === undefined || !(error instanceof Error)) return internalProblem();
  const facts = error as unknown as Readonly<Record<string, unknown>>;
  const told = Object.fromEntries(
    FACTS.filter((fact) => facts[fact] !== undefined).map((fact) => [fact, facts[fact]]),
  );
  return problem(code, status, INSTEAD[code] ?? error.message, told);
}
