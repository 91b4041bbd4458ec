import type { DeadLetters } from '@varve/bus';
import type { CliTarget } from '../target.js';
import { EXIT, jsonText, type CliIo, type ExitCode } from '../terminal/io.js';
import { printable } from '../terminal/render.js';
import { busOfGroup, hasGroup, whyNothingOf } from './buses.js';

export interface SettleFlags {
  readonly what: 'retry' | 'discard';
  readonly bus?: string;
  readonly json: boolean;
  /** All that are there, without ids. */
  readonly ids: readonly string[];
}

const PAGE = 1_000;
const DONE = { retry: 'published again', discard: 'discarded' } as const;

/** Publishes dead letters again, or takes them away; one after the other, in their order. */
export async function deadLettersSettle(
  target: CliTarget,
  group: string,
  { what, bus, json, ids }: SettleFlags,
  io: CliIo,
): Promise<ExitCode> {
  const one = busOfGroup(target, group, bus);
  const letters = one.bus.deadLetters(group);
  const chosen = ids.length > 0 ? ids : await allIdsOf(letters);
  const [done, missing]: [string[], string[]] = [[], []];
  try {
    for (const id of chosen) {
      if (io.signal.aborted) return EXIT.interrupted;
      if (await letters[what](id)) done.push(id);
      // Of all that were there, somebody else may have settled one meanwhile.
      else if (ids.length > 0) missing.push(id);
    }
  } finally {
    // Also where it ends in the middle: what was done is done.
    if (json) io.out(jsonText({ request: what, group, done, missing }));
    else io.out(summaryOf(what, group, done));
    for (const id of missing) io.error(`Group "${printable(group)}" has no dead letter "${printable(id)}".`);
  }
  const why = done.length === 0 ? whyNothingOf(one, group) : undefined;
  if (why !== undefined) io.error(why);
  // A group that is not there and has nothing is a misspelled one: a script must not take that for done.
  const isNowhere = done.length === 0 && !hasGroup(one, group);
  return missing.length > 0 || isNowhere ? EXIT.failed : EXIT.ok;
}

/** Those that are there now, before any comes back: what is published again may fail again. */
async function allIdsOf(letters: DeadLetters): Promise<readonly string[]> {
  const ids: string[] = [];
  for (;;) {
    const after = ids.at(-1);
    const page = await letters.list({ limit: PAGE, ...(after !== undefined && { after }) });
    ids.push(...page.map(({ id }) => id));
    if (page.length < PAGE) return ids;
  }
}

function summaryOf(what: SettleFlags['what'], group: string, done: readonly string[]): string {
  const of = `of group "${printable(group)}"`;
  if (done.length === 0) return `Nothing ${of} was ${DONE[what]}.`;
  return `${done.length.toLocaleString('en-US')} ${of}: ${DONE[what]}.`;
}
