import { isProjectionsError, type ProjectionsErrorCode } from '../../projection/errors.js';

/** The suite's own assertions, since it knows no test runner. Compared as JSON, keys in any order. */
export function equal(actual: unknown, expected: unknown, what: string): void {
  const [got, wanted] = [canonical(actual), canonical(expected)];
  if (got !== wanted) throw new Error(`${what}: expected ${wanted}, got ${got}`);
}

export function ok(condition: boolean, what: string): void {
  if (!condition) throw new Error(what);
}

export function present<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`${what}: nothing there`);
  return value;
}

export async function rejects(
  work: () => Promise<unknown>,
  what: string,
  code?: ProjectionsErrorCode,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (code === undefined || isProjectionsError(error, code)) return;
    throw new Error(`${what}: expected the error "${code}", got ${String(error)}`, { cause: error });
  }
  throw new Error(`${what}: nothing was refused`);
}

/** A value as text that is the same for the same value. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => sorted(part));
}

function sorted(part: unknown): unknown {
  if (typeof part === 'bigint') return `${part}n`;
  if (part instanceof Uint8Array) return Buffer.from(part).toString('hex');
  if (typeof part !== 'object' || part === null || Array.isArray(part)) return part;
  return Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
