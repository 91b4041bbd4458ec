import { InvalidEventError } from './errors.js';

/** Deeper than any real payload, and far from where a recursive parser overflows its stack. */
const MAX_JSON_DEPTH = 512;

/**
 * Refuses what `JSON.stringify` would change or drop without a word: `undefined`, functions, symbols, `NaN`, infinities, `-0`, BigInt,
 * class instances (`Date`, `Map` …), holes, symbol keys, `toJSON`, cycles. Lone surrogates and a `__proto__` key survive JSON as they are.
 *
 * @throws InvalidEventError with the path of the first offender
 */
export function assertExactJson(value: unknown, eventType: string, path: string): void {
  const problem = findProblem(value, 0);
  if (!problem) return;
  const at = problem.path.reverse().join('');
  throw new InvalidEventError(eventType, path + at, problem.why);
}

interface Problem {
  readonly path: string[];
  readonly why: string;
}

function findProblem(value: unknown, depth: number): Problem | undefined {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return undefined;
    case 'number':
      if (Number.isFinite(value) && !Object.is(value, -0)) return undefined;
      return { path: [], why: `is ${Object.is(value, -0) ? '-0' : value}, which JSON cannot carry` };
    case 'object':
      if (value === null) return undefined;
      if (depth >= MAX_JSON_DEPTH) {
        return { path: [], why: `is nested deeper than ${MAX_JSON_DEPTH} levels, or refers to itself` };
      }
      return Array.isArray(value) ? inArray(value, depth) : inObject(value, depth);
    default:
      return { path: [], why: `is ${article(typeof value)}, which JSON cannot carry` };
  }
}

function inArray(array: readonly unknown[], depth: number): Problem | undefined {
  for (let i = 0; i < array.length; i++) {
    if (!(i in array)) return { path: [`[${i}]`], why: 'is a hole, which JSON would turn into null' };
    const problem = findProblem(array[i], depth + 1);
    if (problem) return below(problem, `[${i}]`);
  }
  // Its own keys are the indices and `length`.
  if (Reflect.ownKeys(array).length === array.length + 1 && isPlainArray(array)) return undefined;
  return { path: [], why: 'is an array of a class, or with properties of its own, which JSON would drop' };
}

function inObject(object: object, depth: number): Problem | undefined {
  if (!isPlain(object)) {
    const name = (object.constructor as { name: string } | undefined)?.name || 'class';
    return { path: [], why: `is ${article(name)} object, not plain data: convert it first` };
  }
  const keys = Reflect.ownKeys(object);
  for (const key of keys) {
    if (typeof key === 'symbol') return { path: [], why: 'has a symbol key, which JSON would drop' };
    const problem = findProblem((object as Record<string, unknown>)[key], depth + 1);
    if (problem) return below(problem, stepTo(key));
    if (key === 'toJSON') return { path: [], why: 'has a property toJSON, which JSON takes for its own' };
  }
  if (Object.keys(object).length === keys.length) return undefined;
  return { path: [], why: 'has a property that is not enumerable, which JSON would drop' };
}

function stepTo(key: string): string {
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
}

function below(problem: Problem, step: string): Problem {
  problem.path.push(step);
  return problem;
}

/** Plain objects of another realm (a test runner's sandbox, a worker) count too: their prototype is that realm's root. */
export function isPlain(object: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(object);
  if (prototype === Object.prototype || prototype === null) return true;
  return Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype as object, 'isPrototypeOf');
}

function isPlainArray(array: readonly unknown[]): boolean {
  const prototype: unknown = Object.getPrototypeOf(array);
  if (prototype === Array.prototype) return !('toJSON' in array);
  const parent: unknown = prototype && Object.getPrototypeOf(prototype);
  return parent !== null && Object.getPrototypeOf(parent) === null;
}

function article(name: string): string {
  if (name === 'undefined') return name;
  return /^[aeiou]/i.test(name) ? `an ${name}` : `a ${name}`;
}
