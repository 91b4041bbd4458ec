import { rmSync } from 'node:fs';
import process from 'node:process';
import { ServiceError } from '../../services/service-error.ts';
import { killAll } from './app-process.ts';
import type { ChosenBus } from './bus/chosen-bus.ts';
import { readOptions, USAGE, type DemoOptions } from './demo-options.ts';
import { heading, number, say, tell } from './narrator.ts';
import { importRealOrders, type RealOrders } from './real-orders.ts';
import { Refusal } from './refusal.ts';
import { onFiles } from './stores/on-files.ts';
import type { Stores } from './stores/stores.ts';
import { tellStory, type Outcome } from './story.ts';
import { giveVerdict } from './verdict.ts';
import { workingFolder } from './working-folder.ts';

const began = performance.now();
try {
  const options = readOptions(process.argv.slice(2));
  if (options === 'help') say(USAGE);
  else process.exitCode = await main(options);
} catch (error) {
  const isTold = error instanceof Refusal || error instanceof ServiceError;
  if (!isTold || process.env['VARVE_DEBUG']) throw error;
  killAll();
  process.stderr.write(`${error.message}\n`);
  process.exitCode = error instanceof Refusal ? error.exitCode : 1;
}

async function main({ store, mongodb: server, bus: chosen, ...options }: DemoOptions): Promise<0 | 1> {
  const { orders: directory, seed } = options;
  const apart = chosen !== undefined;
  const folder = workingFolder();
  heading(titleOf(store, chosen));
  // What starts servers is loaded only for it: the embedded demo needs neither Java nor a network, nor their drivers.
  const stores =
    store === 'sqlite'
      ? onFiles(folder, { apart })
      : await (
          await import('./stores/on-mongodb.ts')
        )
          .onMongodb(folder, { server, apart })
          .catch((error: unknown) => {
            rmSync(folder, { recursive: true });
            throw error;
          });
  // A round trip to a server for each command, on a machine that has it beside everything else.
  const count = options.count ?? (chosen || store === 'mongodb' ? 1_000 : 3_000);
  const first = options.count ?? stores.enough;
  const realOrders = directory === undefined ? undefined : { directory, first };
  if (realOrders && options.count === undefined && first !== undefined)
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

function titleOf(store: 'sqlite' | 'mongodb', chosen: ChosenBus | undefined): string {
  if (!chosen)
    return `Varve: a shop in two processes, on ${store === 'sqlite' ? 'embedded files' : 'MongoDB'}`;
  const { bus, publication } = chosen;
  const on = store === 'sqlite' ? bus : `MongoDB and ${bus}`;
  return `Varve: a shop in two services, on ${on}, published by ${publication}`;
}
