// Reads the accounts over and over, and says when it sees something that cannot be: reader.child.ts READ_MODELS
import { SqliteReadModels } from '@varve/projections/sqlite';
import { rowsOf, type Rows } from './support/accounts.ts';
import { hear, say } from '../support/say.ts';

const [file = ''] = process.argv.slice(2);
const readModels = await SqliteReadModels.open({ file, create: false });
const stop = new AbortController();
void hear().then(() => stop.abort());

interface Account {
  readonly cents: number;
  readonly events: number;
  readonly release: number;
}

function look({ accounts, sums }: Rows): { releases: number[]; isWhole: boolean; events: number } {
  const rows = accounts as Account[];
  const [sum] = sums as Account[];
  const cents = rows.reduce((total, row) => total + row.cents, 0);
  const events = rows.reduce((total, row) => total + row.events, 0);
  return {
    releases: [...new Set(rows.map(({ release }) => release))],
    isWhole: cents === sum?.cents && events === sum.events,
    events,
  };
}

const seen: number[] = [];
let [looks, halves, backwards, last] = [0, 0, 0, 0];
while (!stop.signal.aborted) {
  const { releases, isWhole, events } = look(await rowsOf(readModels));
  looks += 1;
  if (!isWhole || releases.length !== 1) halves += 1;
  if (events < last) backwards += 1;
  last = events;
  const [release = 0] = releases;
  if (seen.at(-1) !== release) say({ release: seen[seen.push(release) - 1] });
  await new Promise((resolve) => setImmediate(resolve));
}
await readModels.close();
say({ looks, halves, backwards, seen });
process.stdin.destroy();
