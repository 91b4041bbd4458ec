import { internalProblem, problem, problemOfHttp, type Problem } from '@varve/http';

const STATUS: Readonly<Record<string, number>> = {
  'invalid-argument': 400,
  'projection-behind': 503,
  'read-models-closed': 503,
  'read-models-diverged': 503,
  'store-unavailable': 503,
  'unknown-projection': 503,
};

/** Their messages name files. */
const INSIDE: ReadonlySet<string> = new Set([
  'read-models-diverged',
  'store-unavailable',
  'unknown-projection',
]);

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
  const hidden = INSIDE.has(code);
  return problem(
    code,
    status,
    hidden ? 'The read models cannot be read at the moment.' : error.message,
    told,
  );
}
