import { isBusError, type BusError, type BusErrorCode } from '../../transport/errors.js';

/** The suite's own assertions, since it knows no test runner. */
export function equal(actual: unknown, expected: unknown, what: string): void {
  if (same(actual, expected)) return;
  throw new Error(`${what}: expected ${show(expected)}, got ${show(actual)}`);
}

export function ok(condition: boolean, what: string): void {
  if (!condition) throw new Error(what);
}

export function present<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`${what}: nothing there`);
  return value;
}

/** An error with whatever facts it carries. */
export type Refusal = BusError & Readonly<Record<string, unknown>>;

/** @returns the error, for a look at its facts */
export async function rejects(
  codes: BusErrorCode | readonly BusErrorCode[],
  work: () => Promise<unknown>,
  what: string,
): Promise<Refusal> {
  const wanted = typeof codes === 'string' ? [codes] : codes;
  let result: unknown;
  try {
    result = await work();
  } catch (error) {
    if (isBusError(error) && wanted.includes(error.code)) return error as Refusal;
    throw new Error(`${what}: expected the error "${wanted.join('" or "')}", got ${String(error)}`, {
      cause: error,
    });
  }
  throw new Error(`${what}: expected the error "${wanted.join('" or "')}", got ${show(result)}`);
}

/** A promise that must settle: without a deadline, the rule "never hangs" could only be broken by hanging. */
export async function within<T>(milliseconds: number, promise: Promise<T>, what: string): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: nothing after ${milliseconds} ms`)), milliseconds);
  });
  try {
    return await Promise.race([promise, deadline]);
  } finally {
    clearTimeout(timer);
  }
}

const POLL_MILLISECONDS = 2;

export async function until(
  condition: () => boolean | Promise<boolean>,
  milliseconds: number,
  what: () => string,
): Promise<void> {
  const deadline = performance.now() + milliseconds;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`Waited ${milliseconds} ms in vain: ${what()}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MILLISECONDS));
  }
}

/** Strict and deep, bytes and times by value. */
function same(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (a instanceof Date && b instanceof Date) return a.getTime() === b.getTime();
  if (a instanceof Uint8Array && b instanceof Uint8Array) return String(a) === String(b);
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  return keys.every((key) => Object.hasOwn(b, key) && same(Reflect.get(a, key), Reflect.get(b, key)));
}

function show(value: unknown): string {
  try {
    return (JSON.stringify(value) as string | undefined)?.slice(0, 1_000) ?? String(value);
  } catch {
    return String(value);
  }
}
