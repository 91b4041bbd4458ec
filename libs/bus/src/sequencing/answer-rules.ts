import type { Position, StreamVersion } from '@varve/eventstore';
import type {
  CommitAnswer,
  CommitsAnswer,
  HeadAnswer,
  StreamAnswer,
  WireCommit,
  WireHeader,
  WireStreamEvent,
} from './log-wire.js';

/** As it came, which may be anything. */
type Raw<T> = { readonly [Key in keyof T]?: unknown };

/** What is wrong with an answer, if anything is. Nothing is believed that a reader would go on from: it would skip commits, or never end. */
export type AnswerRule = (answer: Record<string, unknown>) => string | undefined;

const LATEST_TIME = 8_640_000_000_000_000;

export const headRule: AnswerRule = ({ head }: Raw<HeadAnswer>) =>
  isWhole(head, 0) ? undefined : '"head" is no position';

export function commitAtRule(position: Position): AnswerRule {
  return ({ commit }: Raw<CommitAnswer>) => {
    if (commit === null) return undefined;
    const wrong = wrongHeader(commit);
    if (wrong !== undefined) return wrong;
    return (commit as WireHeader).position === position
      ? undefined
      : `position ${position} was asked for, and it gives another`;
  };
}

/** Without a filter nothing may be left out: the answer ends with its last commit. */
export function commitsRule(after: Position, isFiltered: boolean): AnswerRule {
  return ({ upTo, commits }: Raw<CommitsAnswer>) => {
    if (!isWhole(upTo, after)) return `"upTo" is no position from ${after}`;
    if (!Array.isArray(commits)) return '"commits" is no list';
    let last = after;
    for (const commit of commits as readonly unknown[]) {
      const wrong = wrongHeader(commit) ?? wrongEvents(commit as WireCommit);
      if (wrong !== undefined) return wrong;
      const { position } = commit as WireCommit;
      if (position <= last || position > upTo) return `position ${position} does not follow position ${last}`;
      last = position;
    }
    if (isFiltered || last === upTo) return undefined;
    return `it goes up to position ${upTo}, and its commits to ${last}`;
  };
}

export interface AskedStream {
  readonly direction: 'forward' | 'backward';
  readonly from: StreamVersion | undefined;
  readonly limit: number;
}

export function streamRule({ direction, from, limit }: AskedStream): AnswerRule {
  return ({ events, more }: Raw<StreamAnswer>) => {
    if (!Array.isArray(events) || typeof more !== 'boolean') return '"events" or "more" is missing';
    if (events.length > limit) return `it gives more than ${limit} events`;
    if (more && events.length === 0) return 'it says that there is more, and gives nothing';
    const step = direction === 'forward' ? 1 : -1;
    let next = direction === 'forward' ? (from ?? 1) : undefined;
    for (const event of events as readonly unknown[]) {
      const wrong = wrongStreamEvent(event);
      if (wrong !== undefined) return wrong;
      const { version } = event as WireStreamEvent;
      if (next === undefined ? version > (from ?? version) : version !== next) {
        return `version ${version} is not the one that follows`;
      }
      next = version + step;
    }
    return undefined;
  };
}

function wrongHeader(value: unknown): string | undefined {
  if (!isObject(value)) return 'a commit is no object';
  const { position, stream, firstVersion, lastVersion, at, commitId }: Raw<WireHeader> = value;
  if (!isWhole(position, 1)) return 'a commit has no position';
  if (typeof stream !== 'string' || stream === '') return `the commit at ${position} has no stream`;
  if (!isWhole(firstVersion, 1) || !isWhole(lastVersion, firstVersion)) {
    return `the commit at ${position} has no versions`;
  }
  return isTime(at) && isOptionalText(commitId)
    ? undefined
    : `the commit at ${position} has no time, or a wrong id`;
}

function wrongEvents({ position, firstVersion, lastVersion, events }: WireCommit): string | undefined {
  const count = lastVersion - firstVersion + 1;
  if (Array.isArray(events) && events.length === count && events.every(isEvent)) return undefined;
  return `the events of the commit at ${position} are not those of its versions`;
}

function wrongStreamEvent(value: unknown): string | undefined {
  if (!isEvent(value)) return 'an event is none';
  const { version, position, at, commitId }: Raw<WireStreamEvent> = value;
  if (isWhole(version, 1) && isWhole(position, 0) && isTime(at) && isOptionalText(commitId)) return undefined;
  return 'an event has no version, position or time';
}

function isEvent(value: unknown): value is Record<string, unknown> {
  if (!isObject(value)) return false;
  return (
    typeof value['type'] === 'string' && isObject(value['metadata']) && isWhole(value['schemaVersion'], 0)
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isWhole(value: unknown, least: number): value is number {
  return Number.isSafeInteger(value) && (value as number) >= least;
}

function isTime(value: unknown): boolean {
  return isWhole(value, -LATEST_TIME) && value <= LATEST_TIME;
}

function isOptionalText(value: unknown): boolean {
  return value === undefined || typeof value === 'string';
}
