import { statSync } from 'node:fs';
import { SqliteEventStore } from '@varve/eventstore/sqlite';
import { compareReadModels } from './compare.ts';
import { foldLog, type Rows } from './fold.ts';
import { heading, number, say, tell } from './narrator.ts';
import type { StoryFiles } from './story.ts';

/** Compares every row with the log, and ends with one line that says it all. Returns the exit code. */
export async function giveVerdict(
  files: StoryFiles,
  found: readonly string[],
  began: number,
): Promise<0 | 1> {
  heading('Is every row right?');
  const { rows, commits, events, problems } = await readLog(files.log);
  tell(
    `the log has ${number(commits)} commits and ${number(events)} events, positions 1 to ${number(commits)} without a gap`,
  );
  const { compared, differences } = await compareReadModels(files.readModels, rows);
  const wrong = [...found, ...problems, ...differences];
  for (const line of wrong.slice(0, 20)) say(`  ✗ ${line}`);
  if (wrong.length > 20) say(`  … and ${wrong.length - 20} more`);

  heading('Where to look next');
  say(`  the log       ${files.log} (${megabytes(files.log)} MB)`);
  say(`  read models   ${files.readModels} (${megabytes(files.readModels)} MB)`);
  say(`  npx varve --log ${files.log} log tail`);
  say(`  npx varve --log ${files.log} --read-models ${files.readModels} projections status`);
  say(`  npx varve --log ${files.log} --read-models ${files.readModels} doctor`);
  say('  README.md, "The tree is the map": which file does what\n');

  const seconds = number((performance.now() - began) / 1000);
  say(
    wrong.length === 0
      ? `${number(compared)} rows compared with an independent fold of the log in ${seconds} s: all equal`
      : `${number(compared)} rows compared with an independent fold of the log: ${number(wrong.length)} things are wrong`,
  );
  return wrong.length === 0 && compared > 0 ? 0 : 1;
}

async function readLog(file: string): Promise<{
  rows: Rows;
  commits: number;
  events: number;
  problems: readonly string[];
}> {
  const log = await SqliteEventStore.open({ file, readOnly: true });
  try {
    const { commits, events, problems } = await log.verify();
    return { rows: await foldLog(log), commits, events, problems: problems.map(({ message }) => message) };
  } finally {
    await log.close();
  }
}

function megabytes(file: string): string {
  return number(statSync(file).size / 1_000_000);
}
