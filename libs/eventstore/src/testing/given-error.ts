import { messageOf } from '../log/message-of.js';
import { sameJson } from '../log/same-json.js';
import { show } from './given-differences.js';

/** Which error a test expects: its class, an error with the same `code` and message, some of its properties, its message, or a test of it. */
export type ErrorMatcher =
  | (abstract new (...args: never[]) => Error)
  | Error
  | RegExp
  | Readonly<Record<string, unknown>>
  | ((error: unknown) => boolean);

/** @throws Error that says what was thrown instead */
export function assertMatches(error: unknown, matcher: ErrorMatcher): void {
  const why = whyNotMatching(error, matcher);
  if (why === undefined) return;
  throw new Error(`The error is not the expected one: ${why}.\n  got: ${describe(error)}`, { cause: error });
}

function whyNotMatching(error: unknown, matcher: ErrorMatcher): string | undefined {
  if (matcher instanceof RegExp)
    return matcher.test(messageOf(error)) ? undefined : `its message does not match ${String(matcher)}`;
  if (isErrorClass(matcher)) return error instanceof matcher ? undefined : `it is no ${matcher.name}`;
  if (typeof matcher === 'function') return matcher(error) ? undefined : 'the predicate refuses it';
  if (matcher instanceof Error) return whyNotLike(error, { ...codeOf(matcher), message: matcher.message });
  return whyNotLike(error, matcher);
}

export function isErrorClass(matcher: unknown): matcher is abstract new (...args: never[]) => Error {
  return typeof matcher === 'function' && (matcher === Error || matcher.prototype instanceof Error);
}

function whyNotLike(error: unknown, properties: object): string | undefined {
  const actual = Object(error) as Record<string, unknown>;
  const different = Object.entries(properties).find(([key, value]) => {
    return value instanceof RegExp ? !value.test(String(actual[key])) : !sameJson(actual[key], value);
  });
  return different && `its ${different[0]} is ${show(actual[different[0]])}, expected ${show(different[1])}`;
}

function codeOf(error: Error): { readonly code?: unknown } {
  return 'code' in error ? { code: error.code } : {};
}

export function describe(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : show(error);
}
