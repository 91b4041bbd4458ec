import { sameJson } from '../log/same-json.js';
import { dataOf } from '../schema/encode-event.js';
import { classNameOf, eventTypeOf, eventTypeOfClass } from '../schema/event-class.js';

/** An event as it is compared: its metadata counts only where an expected event has some. */
interface ComparedEvent {
  readonly type: string;
  readonly data: unknown;
  readonly metadata?: unknown;
}

/** @throws Error that shows both lists and the first difference of each event */
export function assertSameEvents(actual: readonly object[], expected: readonly object[]): void {
  const expectedEvents = expected.map(compared);
  const actualEvents = actual.map(compared).map((event, i) => likeExpected(event, expectedEvents[i]));
  if (sameJson(actualEvents, expectedEvents)) return;
  const lines = [...Array(Math.max(actual.length, expected.length)).keys()].flatMap((i) => {
    return differencesOf(`event ${i + 1}`, expectedEvents[i], actualEvents[i]);
  });
  throw new Error(
    [
      'The events are not the expected ones.',
      ...lines.map((line) => `  ${line}`),
      listOf('expected', expectedEvents),
      listOf('got', actualEvents),
    ].join('\n'),
  );
}

export function listOf(title: string, events: readonly object[]): string {
  const lines = events.map(compared).map(({ type, data }) => `    ${type} ${show(data)}`);
  return [`  ${title}:`, ...(lines.length > 0 ? lines : ['    nothing'])].join('\n');
}

function compared(event: object): ComparedEvent {
  const type = eventTypeOf(event) ?? `(no event type: ${classNameOf(event)})`;
  if (eventTypeOfClass(event.constructor)) return { type, data: dataOf(event) };
  const { data, metadata } = event as Partial<ComparedEvent>;
  return metadata === undefined ? { type, data } : { type, data, metadata };
}

function likeExpected(actual: ComparedEvent, expected: ComparedEvent | undefined): ComparedEvent {
  return expected?.metadata === undefined ? { type: actual.type, data: actual.data } : actual;
}

function differencesOf(path: string, expected: unknown, actual: unknown): readonly string[] {
  if (sameJson(expected, actual)) return [];
  if (expected === undefined) return [`${path} was not expected`];
  if (actual === undefined) return [`${path} is missing`];
  if (!isTree(expected) || !isTree(actual) || Array.isArray(expected) !== Array.isArray(actual)) {
    return [`${path}: expected ${show(expected)}, got ${show(actual)}`];
  }
  const keys = new Set([...Object.keys(expected), ...Object.keys(actual)]);
  return [...keys].flatMap((key) => differencesOf(`${path}.${key}`, own(expected, key), own(actual, key)));
}

type Tree = Readonly<Record<string, unknown>>;

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null;
}

function own(tree: Tree, key: string): unknown {
  return Object.hasOwn(tree, key) ? tree[key] : undefined;
}

/** Tests hold whatever people put into events; showing it must not throw in place of what is wrong. */
export function show(value: unknown): string {
  try {
    const text: unknown = JSON.stringify(value, (_, part: unknown) =>
      typeof part === 'bigint' ? `${part}n` : part,
    );
    return typeof text === 'string' ? text : String(value);
  } catch {
    return String(value);
  }
}
