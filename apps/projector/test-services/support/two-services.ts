import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { startChild, type Child } from '../../../../test/support/children.js';
import { temporaryFolder } from '../../../../test/support/temp-dir.js';
import { until } from '../../../../test/support/until.js';
import { freePorts } from '../../../../test/services/free-ports.js';
import { uniqueName } from '../../../../test/services/index.js';

export const ORDER = new URL('../../../order/dist/', import.meta.url);
export const PROJECTOR = new URL('../../dist/', import.meta.url);
const TOKEN = 'a-token-of-this-test';

/** On a machine that has other things to do. */
const PATIENCE = { timeout: 60_000 };

export type Publication = 'relay' | 'two-phase';

type Env = Readonly<Record<string, string>>;

/** Where each of the two keeps what it has. */
export interface Places {
  readonly log: Env;
  readonly readModels: Env;
}

export function inFiles(): Places {
  return {
    log: { VARVE_LOG_FILE: join(temporaryFolder(), 'orders.db') },
    readModels: {
      VARVE_READ_MODELS: 'sqlite',
      VARVE_READ_MODELS_FILE: join(temporaryFolder(), 'read-models.db'),
    },
  };
}

/** The order service and a projector as processes of their own, on one broker, with topics that nobody else has. */
export async function twoServices(broker: Env, publication: Publication, places: Places = inFiles()) {
  const [port = 0] = await freePorts(1);
  const bus = { ...broker, VARVE_TOPIC_PREFIX: `${uniqueName('e2e')}-`, NO_COLOR: '1' };
  const order = {
    ...bus,
    ...places.log,
    VARVE_LOG_TOKEN: TOKEN,
    VARVE_PUBLICATION: publication,
    VARVE_SWEEP_AFTER: '2000',
    PORT: String(port),
  };
  const orderUrl = `http://127.0.0.1:${port}`;
  const projector = {
    ...bus,
    VARVE_LOG_URL: `${orderUrl}/log`,
    VARVE_LOG_TOKEN: TOKEN,
    ...places.readModels,
    VARVE_LEASE_DURATION: '1000',
    PORT: '0',
  };
  return {
    orderUrl,
    setUp: async () => [
      await run(new URL('varve.js', ORDER), order),
      await run(new URL('cli.js', PROJECTOR), projector),
    ],
    startOrder: () => startServer(new URL('main.js', ORDER), order),
    startProjector: () => startServer(new URL('main.js', PROJECTOR), projector),
  };
}

export interface Server {
  readonly child: Child;
  readonly url: string;
}

export async function startServer(script: URL, env: Env): Promise<Server> {
  const child = startChild(script, [], { env });
  const url = await until(() => urlSaidBy(child), { what: `${script.pathname} to listen`, ...PATIENCE });
  return { child, url };
}

function urlSaidBy(child: Child): string | undefined {
  if (child.process.exitCode !== null) throw new Error(`${child.name} ended: ${child.stderr}`);
  for (const line of child.messages) {
    const found = /Listening on (http:\S+?),/.exec(String(line))?.[1];
    if (found !== undefined) return found;
  }
  return undefined;
}

/** `varve bus setup` of an app; its exit code. */
async function run(script: URL, env: Env): Promise<number | null> {
  const child = startChild(script, ['bus', 'setup'], { env });
  const { code } = await child.exited;
  if (code !== 0) throw new Error(`varve bus setup: ${child.stderr}`);
  return code;
}

/** Sends a command until the service answers. */
export async function command(url: string, path: string, body: object): Promise<{ position: number }> {
  const key = randomUUID();
  const response = await until(
    () =>
      fetch(`${url}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'idempotency-key': key },
        body: JSON.stringify(body),
      }).catch(() => undefined),
    { what: `${path} to be answered`, ...PATIENCE },
  );
  if (!response.ok) throw new Error(`${path}: ${await response.text()}`);
  return (await response.json()) as { position: number };
}

export interface Feed {
  readonly state: string;
  readonly applied: number;
  readonly duplicates: number;
}

/** What the bus has brought for the orders. */
export async function feedOf(url: string): Promise<Feed | undefined> {
  const { projections } = (await (await fetch(`${url}/status`)).json()) as {
    projections: { name: string; feed?: Feed }[];
  };
  return projections.find(({ name }) => name === 'orders')?.feed;
}

export async function untilFed(url: string): Promise<void> {
  await until(async () => (await feedOf(url))?.state === 'running', {
    what: 'the subscription',
    ...PATIENCE,
  });
}

export async function healthOf(url: string, part = ''): Promise<number> {
  const response = await fetch(`${url}/health${part}`);
  await response.arrayBuffer();
  return response.status;
}
