import type { Mark } from './positions.js';

/** Whether something that was stored is a mark. A damaged one is the mark of nothing that a log has. */
export function isMark(value: unknown): value is Mark {
  if (typeof value !== 'object' || value === null) return false;
  const { stream, firstVersion, at, commitId } = value as Partial<Record<keyof Mark, unknown>>;
  return (
    typeof stream === 'string' &&
    Number.isSafeInteger(firstVersion) &&
    Number.isSafeInteger(at) &&
    (commitId === undefined || typeof commitId === 'string')
  );
}
