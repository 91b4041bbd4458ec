import type { DeadLetter } from '@varve/bus';
import type { CliTarget } from '../target.js';
import { answer, EXIT, type CliIo, type ExitCode } from '../terminal/io.js';
import { printable, renderTable, since } from '../terminal/render.js';
import { busOfGroup, whyNothingOf } from './buses.js';

export interface DeadLettersListFlags {
  readonly bus?: string;
  readonly after?: string;
  readonly limit?: number;
  readonly json: boolean;
}

/** The messages that a group has given up on, oldest first, page by page. */
export async function deadLettersList(
  target: CliTarget,
  group: string,
  { bus, after, limit = 100, json }: DeadLettersListFlags,
  io: CliIo,
): Promise<ExitCode> {
  const one = busOfGroup(target, group, bus);
  const letters = await one.bus.deadLetters(group).list({ limit, ...(after !== undefined && { after }) });
  const last = letters.at(-1);
  const more = last && letters.length === limit ? `\n\nMore may follow: --after '${printable(last.id)}'` : '';
  const text = last ? table(letters, io) + more : `Group "${printable(group)}" has no dead letters.`;
  answer(io, json, letters.map(shown), text);
  const why = (last ?? after) ? undefined : whyNothingOf(one, group);
  if (why !== undefined) io.error(why);
  return EXIT.ok;
}

/** Without the bytes, which JSON would print number by number. */
export function shown({ raw, ...letter }: DeadLetter): object {
  return { ...letter, headers: raw.headers, bytes: raw.body.byteLength };
}

function table(letters: readonly DeadLetter[], { columns }: CliIo): string {
  return renderTable(
    [
      { title: 'ID', of: (row) => row.id },
      { title: 'TOPIC', of: (row) => row.topic },
      { title: 'KEY', of: (row) => row.key },
      { title: 'TRIED', of: (row) => row.attempts, align: 'right' },
      { title: 'SINCE', of: (row) => row.at && since(row.at), align: 'right' },
      { title: 'WHY', of: (row) => row.reason?.split('\n')[0], clip: true },
    ],
    letters,
    columns,
  );
}
