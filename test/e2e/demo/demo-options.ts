import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { chosenBus, type ChosenBus } from './bus/chosen-bus.ts';
import { Refusal } from './refusal.ts';

export interface DemoOptions {
  readonly store: 'sqlite' | 'mongodb';
  /** Which server is started for it, where none is named. */
  readonly mongodb: string;
  readonly bus: ChosenBus | undefined;
  /** A folder of real orders. */
  readonly orders: string | undefined;
  readonly count: number | undefined;
  readonly seed: number;
}

export const USAGE = `npm run demo -- [--count N] [--seed N] [--orders DIR] [--store sqlite|mongodb] [--mongodb mongo-java-server|ferretdb]
               [--bus rocketmq|kafka] [--publication relay|two-phase]

  --count        how many orders are made up, or taken of the real ones; from 10
  --seed         other orders for another number
  --orders       a folder with real orders: orders.csv, order_items.csv, order_payments.csv and customers.csv
  --store        where log and read models are; mongodb is the server that MONGODB_URI names, or one of the demo's own
  --mongodb      which one of its own
  --bus          a broker between the two services, started for the demo
  --publication  how commits come to it`;

const DEFAULTS: Readonly<Record<string, string | undefined>> = {
  ...{ orders: undefined, count: undefined, seed: '1', store: 'sqlite', mongodb: 'mongo-java-server' },
  ...{ bus: undefined, publication: 'relay' },
};

/** The story needs an order before and after everything that happens in it. */
const FEWEST = 10;
const FILES = ['orders.csv', 'order_items.csv', 'order_payments.csv', 'customers.csv'];

/** @throws Refusal in a sentence */
export function readOptions(words: readonly string[]): DemoOptions | 'help' {
  const given = tokensOf(words);
  if (given.has('help')) return 'help';
  const value = (name: string): string | undefined => given.get(name) ?? DEFAULTS[name];
  const store = value('store')!;
  if (store !== 'sqlite' && store !== 'mongodb')
    throw new Refusal(`--store is ${store}: give sqlite or mongodb.`);
  return {
    store,
    mongodb: value('mongodb')!,
    bus: chosenBus(value('bus'), value('publication')!),
    orders: ordersIn(value('orders')),
    count: value('count') === undefined ? undefined : wholeNumber('count', value('count')!, FEWEST),
    seed: wholeNumber('seed', value('seed')!, 0),
  };
}

/** Not by the parser's own checks, which speak of tokens and take several lines for it. */
function tokensOf(words: readonly string[]): ReadonlyMap<string, string> {
  const options = Object.fromEntries(
    Object.keys(DEFAULTS).map((name) => [name, { type: 'string' as const }]),
  );
  const { tokens } = parseArgs({
    args: [...words],
    options: { ...options, help: { type: 'boolean', short: 'h' } },
    ...{ strict: false, tokens: true, allowPositionals: true },
  });
  const given = new Map<string, string>();
  const known = `It has ${Object.keys(DEFAULTS)
    .map((name) => `--${name}`)
    .join(', ')}.`;
  for (const token of tokens) {
    if (token.kind === 'option-terminator') continue;
    if (token.kind === 'positional')
      throw new Refusal(`The demo does not know what "${token.value}" is. ${known}`);
    const { name, rawName, value } = token;
    if (name === 'help') given.set(name, '');
    else if (!(name in DEFAULTS)) throw new Refusal(`The demo has no option ${rawName}. ${known}`);
    else if (value === undefined || value === '') throw new Refusal(`--${name} needs a value: --${name}=…`);
    else given.set(name, value);
  }
  return given;
}

function wholeNumber(name: string, text: string, least: number): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(number) && number >= least) return number;
  throw new Refusal(`--${name} is ${text}: give a whole number from ${least}.`);
}

function ordersIn(directory: string | undefined): string | undefined {
  if (directory === undefined) return undefined;
  if (!existsSync(directory)) throw new Refusal(`--orders is ${directory}: there is no such folder.`);
  const missing = FILES.filter((file) => !existsSync(join(directory, file)));
  if (missing.length === 0) return directory;
  throw new Refusal(
    `--orders is ${directory}, where ${missing.join(', ')} should be: give the folder of the orders.`,
  );
}
