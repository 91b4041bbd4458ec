import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { SqliteEventStore } from '@varve/eventstore/sqlite';
import { expect, it } from 'vitest';
import { startChild, type Child } from '../../../test/support/children.js';
import { temporaryFolder } from '../../../test/support/temp-dir.js';
import { until } from '../../../test/support/until.js';
import { anOrder } from './support/an-order.js';

const MAIN = new URL('../dist/main.js', import.meta.url);
const CLI = new URL('../dist/cli.js', import.meta.url);

async function startServer(environment: Readonly<Record<string, string>>) {
  const folder = temporaryFolder();
  const [logFile, readModelsFile] = [join(folder, 'orders.db'), join(folder, 'read-models.db')];
  const log = await SqliteEventStore.open({ file: logFile });
  const position = await anOrder('o1').paid().appendTo(log);
  await log.close();
  const env = {
    VARVE_LOG_FILE: logFile,
    VARVE_READ_MODELS_FILE: readModelsFile,
    PORT: '0',
    NO_COLOR: '1',
    ...environment,
  };
  const child = startChild(MAIN, [], { env });
  const port = await until(() => portSaidBy(child), { what: 'the server to listen' });
  return { child, port, env, position };
}

function portSaidBy(child: Child): number | undefined {
  const ports = child.messages.map((line) => /Listening on \S+:(\d+),/.exec(String(line))?.[1]);
  const port = ports.find((found) => found !== undefined);
  return port === undefined ? undefined : Number(port);
}

async function get(port: number, path: string): Promise<unknown> {
  const [response] = (await once(request({ port, path, agent: false }).end(), 'response')) as [
    IncomingMessage,
  ];
  return json(response);
}

it('release 2 counts the lines of each order; the app’s own command works beside the running app', async () => {
  const { child, port, env, position } = await startServer({ VARVE_ORDERS_VERSION: '2' });
  expect(await get(port, `/orders/o1?position=${position}`)).toMatchObject({ orderId: 'o1', lineCount: 1 });
  const listed = startChild(CLI, ['projections', 'list', '--json'], { env });
  expect(await listed.exited).toEqual({ code: 0, signal: null });
  expect(listed.messages[0]).toMatchObject([
    { name: 'daily-revenue', live: 'daily-revenue@1' },
    { name: 'funnel', live: 'funnel@1' },
    { name: 'orders', code: 2, live: 'orders@2' },
  ]);
  const rebuilt = startChild(CLI, ['projections', 'rebuild', 'orders', '--require-same'], { env });
  expect(await rebuilt.exited).toEqual({ code: 0, signal: null });
  expect(rebuilt.messages.at(-1)).toBe('orders@2.2 is live instead of orders@2, at position 2.');
  expect(await get(port, '/orders/o1')).toMatchObject({ lineCount: 1 });
  child.signal('SIGTERM');
  expect(await child.exited).toEqual({ code: 0, signal: null });
});

it('ends with code 1 and a sentence for each variable that is wrong', async () => {
  const child = startChild(MAIN, [], {
    env: { VARVE_LOG_FILE: '', VARVE_READ_MODELS_FILE: 'r.db', PORT: 'http' },
  });
  expect(await child.exited).toMatchObject({ code: 1 });
  expect(child.stderr).toBe(
    'The configuration is not valid:\n  VARVE_LOG_FILE is "": it must not be empty\n  PORT is "http": it must be a whole number\n',
  );
});

it('ends with code 1 and one sentence when its read models cannot be opened, and so does its command', async () => {
  const folder = temporaryFolder();
  const env = {
    VARVE_LOG_FILE: join(folder, 'orders.db'),
    VARVE_READ_MODELS_FILE: join(folder, 'missing', 'read-models.db'),
    ...{ PORT: '0', NO_COLOR: '1' },
  };
  const child = startChild(MAIN, [], { env });
  expect(await child.exited).toMatchObject({ code: 1 });
  expect(child.stderr).toMatch(/^.*missing\/read-models\.db.*\.\n$/);
  const command = startChild(CLI, ['projections', 'list'], { env });
  expect(await command.exited).toMatchObject({ code: 1 });
  expect(command.stderr).toMatch(/^[a-z-]+: .*missing\/read-models\.db.*\.\n$/);
  const debugged = startChild(CLI, ['projections', 'list'], { env: { ...env, VARVE_DEBUG: '1' } });
  await debugged.exited;
  expect(debugged.stderr).toMatch(/missing\/read-models\.db.*\n.*\n\s+at /);
});
