import { mkdtempSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { SqliteEventStore } from '@varve/eventstore/sqlite';
import { compareReadModels } from './compare.ts';
import { foldLog, type Rows } from './fold.ts';
import { heading, number, say, tell } from './narrator.ts';
import { importRealOrders } from './real-orders.ts';
import { tellStory } from './story.ts';

const { values } = parseArgs({
  options: {
    orders: { type: 'string' },
    count: { type: 'string', default: '3000' },
    seed: { type: 'string', default: '1' },
  },
});

const folder = mkdtempSync(join(tmpdir(), 'varve-demo-'));
const files = { log: join(folder, 'orders.db'), readModels: join(folder, 'read-models.db') };

heading('Varve: a shop in two processes, on embedded files');
const began = performance.now();
const { surprises: found } =
  values.orders === undefined
    ? await tellStory(files, { orders: Number(values.count), seed: Number(values.seed) })
    : await importRealOrders(files, values.orders);

const surprises = [...found];
heading('Is every row right?');
const { rows, commits, events } = await readLog();
tell(
  `the log has ${number(commits)} commits and ${number(events)} events, positions 1 to ${number(commits)} without a gap`,
);
const { compared, differences } = await compareReadModels(files.readModels, rows);
const wrong = [...surprises, ...differences];
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
process.exitCode = wrong.length === 0 && compared > 0 ? 0 : 1;
say(
  wrong.length === 0
    ? `${number(compared)} rows compared with an independent fold of the log in ${seconds} s: all equal`
    : `${number(compared)} rows compared with an independent fold of the log: ${number(wrong.length)} things are wrong`,
);

async function readLog(): Promise<{ rows: Rows; commits: number; events: number }> {
  const log = await SqliteEventStore.open({ file: files.log, readOnly: true });
  try {
    const { commits, events, problems } = await log.verify();
    for (const { message } of problems) surprises.push(message);
    return { rows: await foldLog(log), commits, events };
  } finally {
    await log.close();
  }
}

function megabytes(file: string): string {
  return number(statSync(file).size / 1_000_000);
}
