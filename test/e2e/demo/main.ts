import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { heading } from './narrator.ts';
import { importRealOrders } from './real-orders.ts';
import { tellStory } from './story.ts';
import { giveVerdict } from './verdict.ts';

const { values } = parseArgs({
  options: {
    orders: { type: 'string' },
    count: { type: 'string' },
    seed: { type: 'string', default: '1' },
    bus: { type: 'string' },
    publication: { type: 'string', default: 'relay' },
  },
});

const folder = mkdtempSync(join(tmpdir(), 'varve-demo-'));
const began = performance.now();
process.exitCode = values.bus === undefined ? await onFiles() : await onBus(values.bus);

async function onFiles(): Promise<0 | 1> {
  const files = { log: join(folder, 'orders.db'), readModels: join(folder, 'read-models.db') };
  heading('Varve: a shop in two processes, on embedded files');
  const { surprises } =
    values.orders === undefined
      ? await tellStory(files, { orders: Number(values.count ?? 3_000), seed: Number(values.seed) })
      : await importRealOrders(files, values.orders);
  return giveVerdict(files, surprises, began);
}

/** What starts servers is loaded only for it: the embedded demo needs neither Java nor a network. */
async function onBus(bus: string): Promise<0 | 1> {
  const { tellOnBus } = await import('./bus/tell-on-bus.ts');
  const { files, surprises } = await tellOnBus({
    bus,
    folder,
    publication: values.publication,
    directory: values.orders,
    count: Number(values.count ?? 1_000),
    seed: Number(values.seed),
  });
  return giveVerdict(files, surprises, began);
}
