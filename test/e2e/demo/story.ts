import { runScript, startApp, type RunningApp } from './app-process.ts';
import { number, percentile, tell } from './narrator.ts';
import { Reader } from './readers.ts';
import type { LogPlace, Stores } from './stores/stores.ts';
import { Traffic } from './traffic.ts';

export interface Outcome {
  readonly surprises: readonly string[];
}

const LEASE = '1000';
/** For one answer, in milliseconds. */
const LONGEST_WAIT = 30_000;
/** MongoDB keeps the locks of a process that was killed in a transaction for up to a minute. */
const PATIENCE = 300_000;

/** Made-up orders over HTTP, with a projector that dies, a deploy and a rebuild in the middle. */
export async function tellStory(stores: Stores, options: { orders: number; seed: number }): Promise<Outcome> {
  const order = await startApp('order', stores.log.env);
  let projector = await startProjector(stores, '1');
  tell(
    `order service on ${order.url} (pid ${order.pid}), projector on ${projector.url} (pid ${projector.pid})`,
  );
  const traffic = new Traffic({ url: order.url, orders: options.orders, clients: 32, seed: options.seed });
  const part = (share: number): number => Math.floor(options.orders * share);

  await traffic.run(1, part(0.3));
  tell(
    `${number(traffic.carriedOut)} commands carried out, ${traffic.refused} refused by the shop's rules, 32 clients at once`,
  );
  await readYourWrite(projector.url, 1, traffic.position);

  const reader = new Reader(() => projector.url, 'demo-1');
  reader.start();
  let running = traffic.run(part(0.3) + 1, part(0.55));
  await until(() => traffic.finishedOrders >= part(0.4));
  await projector.kill();
  const killedAt = traffic.position;
  tell(`kill -9 of the projector at position ${number(killedAt)}, while orders keep coming`);
  if (stores.afterKill !== undefined) tell(stores.afterKill);
  await until(() => traffic.finishedOrders >= part(0.5));
  projector = await startProjector(stores, '1');
  await running;
  await waitUntilThere(projector.url, traffic.position);
  tell(
    `started again and caught up: position ${number(traffic.position)}, ${number(traffic.position - killedAt)} commits later`,
  );

  running = traffic.run(part(0.55) + 1, part(0.8));
  const next = await startProjector(stores, '2');
  tell(
    `deployed version 2 of "orders" beside version 1 (pid ${next.pid}): it builds from position 0 under traffic`,
  );
  await until(async () => (await liveVersion(next.url)) === 2);
  tell('version 2 had caught up and was switched to; readers saw one or the other, never half');
  const old = projector;
  projector = next;
  tell(`SIGTERM to the old release: exit code ${String(await old.stop())}`);
  await running;

  running = traffic.run(part(0.8) + 1, options.orders);
  await rebuild(stores);
  await running;
  await waitUntilThere(projector.url, traffic.position);
  await reader.stop();
  tell(`a reader looked ${number(reader.looks)} times meanwhile and never missed an order`);
  reportTraffic(traffic);
  const codes = [await order.stop(), await projector.stop()];
  const surprises = [...traffic.surprises, ...reader.surprises];
  if (codes.some((code) => code !== 0)) surprises.push(`exit codes after SIGTERM: ${codes.join(', ')}`);
  return { surprises };
}

export function startProjector(stores: Stores, ordersVersion: '1' | '2'): Promise<RunningApp> {
  return startApp('projector', {
    ...stores.log.env,
    ...stores.readModels.env,
    VARVE_ORDERS_VERSION: ordersVersion,
    VARVE_LEASE_DURATION: LEASE,
  });
}

/** Waits until every read model has come to a position; with more patience it asks again. */
export async function waitUntilThere(url: string, position: number, patience = PATIENCE): Promise<void> {
  const deadline = performance.now() + patience;
  for (const path of ['orders?limit=1', 'revenue/daily', 'funnel']) {
    const separator = path.includes('?') ? '&' : '?';
    for (;;) {
      const response = await fetch(`${url}/${path}${separator}position=${position}&timeout=${LONGEST_WAIT}`, {
        signal: AbortSignal.timeout(2 * LONGEST_WAIT),
      });
      const answer = await response.text();
      if (response.ok) break;
      if (performance.now() >= deadline) throw new Error(`/${path}: ${answer}`);
    }
  }
}

/** Rebuilds a read model of unchanged version, compares new and old rows, and switches. */
export async function rebuild({ log, readModels }: Stores): Promise<void> {
  const { code, output } = await runScript(
    'apps/projector/dist/cli.js',
    ['projections', 'rebuild', 'orders', '--verify'],
    { ...log.env, ...readModels.env, VARVE_ORDERS_VERSION: '2' },
  );
  if (code !== 0) throw new Error(`varve projections rebuild ended with code ${String(code)}:\n${output}`);
  tell(`varve projections rebuild orders --verify: ${output.trim().split('\n').slice(-2).join(' ')}`);
}

async function readYourWrite(url: string, orderNumber: number, position: number): Promise<void> {
  const began = performance.now();
  const response = await fetch(
    `${url}/orders/demo-${orderNumber}?position=${position}&timeout=${LONGEST_WAIT}`,
  );
  if (!response.ok) throw new Error(`Read your writes: ${await response.text()}`);
  const waited = performance.now() - began;
  tell(
    `read your writes: asked the projector for position ${number(position)}, answered in ${number(waited)} ms`,
  );
}

export async function liveVersion(url: string): Promise<number | undefined> {
  const status = (await (await fetch(`${url}/status`)).json()) as {
    projections: { name: string; liveVersion?: number }[];
  };
  return status.projections.find(({ name }) => name === 'orders')?.liveVersion;
}

export function reportTraffic(traffic: Traffic): void {
  const sorted = traffic.latencies.toSorted((a, b) => a - b);
  tell(
    `${number(traffic.carriedOut)} commands carried out, ${traffic.refused} refused as they should be, ` +
      `${traffic.repeated} sent twice and carried out once; p50 ${number(percentile(sorted, 0.5))} ms, p99 ${number(percentile(sorted, 0.99))} ms`,
  );
}

export async function until(condition: () => boolean | Promise<boolean>, timeout = PATIENCE): Promise<void> {
  const deadline = performance.now() + timeout;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`Waited ${timeout} ms in vain.`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Resolves when the projector is past a position, or after a minute. */
export async function untilBeyond(url: string, position: number): Promise<void> {
  const response = await fetch(`${url}/funnel?position=${position}&timeout=60000`);
  await response.arrayBuffer();
}

export async function headOf(place: LogPlace): Promise<number> {
  const log = await place.open();
  try {
    return await log.head();
  } finally {
    await log.close();
  }
}
