import { isEventStoreError, type EventStoreError, type EventStoreErrorCode } from '../../log/errors.js';

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
export type Refusal = EventStoreError & Readonly<Record<string, unknown>>;

/** @returns the error, for a look at its facts */
export async function rejects(
  code: EventStoreErrorCode,
  work: () => Promise<unknown>,
  what: string,
): Promise<Refusal> {
  let result: unknown;
  try {
    result = await work();
  } catch (error) {
    if (isEventStoreError(error, code)) return error as Refusal;
    throw new Error(`${what}: expected the error "${code}", got ${String(error)}`, { cause: error });
  }
  throw new Error(`${what}: expected the error "${code}", got ${show(result)}`);
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}

/** A promise that must settle: without a deadline, the rule "never misses" could only be broken by hanging. */
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

/** Strict and deep: own keys, prototypes, `-0` apart from `0`, times by value. */
export function same(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
  if (a instanceof Date) return a.getTime() === (b as Date).getTime();
  const keys = Reflect.ownKeys(a);
  if (keys.length !== Reflect.ownKeys(b).length) return false;
  return keys.every((key) => Object.hasOwn(b, key) && same(Reflect.get(a, key), Reflect.get(b, key)));
}

function show(value: unknown): string {
  const text = JSON.stringify(value, (_, one: unknown) => (typeof one === 'bigint' ? `${one}n` : one)) as
    string | undefined;
  return text === undefined ? String(value) : text.slice(0, 1_000);
}
