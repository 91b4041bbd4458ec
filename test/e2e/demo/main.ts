import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { chosenBus, type ChosenBus } from './bus/chosen-bus.ts';
import { heading, number, tell } from './narrator.ts';
import { importRealOrders, type RealOrders } from './real-orders.ts';
import { Refusal } from './refusal.ts';
import { onFiles } from './stores/on-files.ts';
import type { Stores } from './stores/stores.ts';
import { tellStory, type Outcome } from './story.ts';
import { giveVerdict } from './verdict.ts';

const began = performance.now();
try {
  process.exitCode = await main();
} catch (error) {
  if (!isRefusal(error)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}

async function main(): Promise<0 | 1> {
  const { values } = parseArgs({
    options: {
      orders: { type: 'string' },
      count: { type: 'string' },
      seed: { type: 'string', default: '1' },
      store: { type: 'string', default: 'sqlite' },
      mongodb: { type: 'string', default: 'mongo-java-server' },
      bus: { type: 'string' },
      publication: { type: 'string', default: 'relay' },
    },
  });
  const { store, mongodb: server, orders: directory } = values;
  assertStore(store);
  const chosen = chosenBus(values.bus, values.publication);
  const apart = chosen !== undefined;
  const folder = mkdtempSync(join(tmpdir(), 'varve-demo-'));
  heading(titleOf(store, chosen));
  // What starts servers is loaded only for it: the embedded demo needs neither Java nor a network, nor their drivers.
  const stores =
    store === 'sqlite'
      ? onFiles(folder, { apart })
      : await (await import('./stores/on-mongodb.ts')).onMongodb(folder, { server, apart });
  const seed = Number(values.seed);
  // A round trip to a server for each command, on a machine that has it beside everything else.
  const count = Number(values.count ?? (chosen || store === 'mongodb' ? 1_000 : 3_000));
  const first = values.count === undefined ? stores.enough : count;
  const realOrders = directory === undefined ? undefined : { directory, first };
  if (realOrders && values.count === undefined && first !== undefined)
    tell(
      `the first ${number(first)} orders are enough for a server that looks through all it has; --count N takes more`,
    );
  try {
    const { surprises } = chosen
      ? await (await import('./bus/tell-on-bus.ts')).tellOnBus({ ...chosen, stores, realOrders, count, seed })
      : await inTwoProcesses(stores, { realOrders, count, seed });
    return await giveVerdict(stores, surprises, began);
  } finally {
    await stores.close();
  }
}

function inTwoProcesses(
  stores: Stores,
  told: { readonly realOrders: RealOrders | undefined; readonly count: number; readonly seed: number },
): Promise<Outcome> {
  const { realOrders, count, seed } = told;
  return realOrders ? importRealOrders(stores, realOrders) : tellStory(stores, { orders: count, seed });
}

function assertStore(store: string): asserts store is 'sqlite' | 'mongodb' {
  if (store !== 'sqlite' && store !== 'mongodb')
    throw new Refusal(`--store is ${store}: give sqlite or mongodb.`);
}

function titleOf(store: 'sqlite' | 'mongodb', chosen: ChosenBus | undefined): string {
  if (!chosen)
    return `Varve: a shop in two processes, on ${store === 'sqlite' ? 'embedded files' : 'MongoDB'}`;
  const { bus, publication } = chosen;
  const on = store === 'sqlite' ? bus : `MongoDB and ${bus}`;
  return `Varve: a shop in two services, on ${on}, published by ${publication}`;
}

/** Also what the parser of arguments and the servers refuse, which they do in a sentence. */
function isRefusal(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  const isOfParser = 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
  return error instanceof Refusal || isOfParser || error.name === 'ServiceError';
}
