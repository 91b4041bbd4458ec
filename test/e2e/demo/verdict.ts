import { compareRows } from './compare.ts';
import { foldLog, type Rows } from './fold.ts';
import { heading, number, say, tell } from './narrator.ts';
import type { LogPlace, Stores } from './stores/stores.ts';

/** Compares every row with the log, and ends with one line that says it all. Returns the exit code. */
export async function giveVerdict(
  { log, readModels, commands }: Stores,
  found: readonly string[],
  began: number,
): Promise<0 | 1> {
  heading('Is every row right?');
  const { rows, commits, events, problems } = await readLog(log);
  tell(
    `the log has ${number(commits)} commits and ${number(events)} events, positions 1 to ${number(commits)} without a gap`,
  );
  const { compared, differences } = compareRows(await readModels.rows(), rows);
  const wrong = [...found, ...problems, ...differences];
  for (const line of wrong.slice(0, 20)) say(`  ✗ ${line}`);
  if (wrong.length > 20) say(`  … and ${wrong.length - 20} more`);

  heading('Where to look next');
  say(`  the log       ${log.where()}`);
  say(`  read models   ${readModels.where()}`);
  for (const command of commands) say(`  ${command}`);
  say('  README.md, "The tree is the map": which file does what\n');

  const seconds = number((performance.now() - began) / 1000);
  say(
    wrong.length === 0
      ? `${number(compared)} rows compared with an independent fold of the log in ${seconds} s: all equal`
      : `${number(compared)} rows compared with an independent fold of the log: ${number(wrong.length)} things are wrong`,
  );
  return wrong.length === 0 && compared > 0 ? 0 : 1;
}

async function readLog(place: LogPlace): Promise<{
  rows: Rows;
  commits: number;
  events: number;
  problems: readonly string[];
}> {
  const log = await place.open();
  try {
    const { commits, events, problems } = await log.verify();
    return { rows: await foldLog(log), commits, events, problems: problems.map(({ message }) => message) };
  } finally {
    await log.close();
  }
}
