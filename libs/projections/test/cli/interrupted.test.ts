import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startChild } from '../../../../test/support/children.js';
import { TcpRelay } from '../../../../test/support/tcp-relay.js';
import { until } from '../../../../test/support/until.js';
import { shopFiles } from './shop.js';

const bin = fileURLToPath(new URL('../../bin/varve.js', import.meta.url));
let server: TcpRelay;

beforeEach(async () => {
  server = await TcpRelay.open();
});

afterEach(() => server.close());

for (const command of [
  '--log SERVER log tail',
  '--log SERVER doctor',
  '--read-models SERVER projections list',
  'log copy SERVER new.db',
  'log copy FILE SERVER --move',
]) {
  test(`Ctrl-C ends "varve ${command}" at once while it connects to a server that never answers`, async () => {
    const { log } = await shopFiles();
    const words = command.replace('SERVER', `mongodb://${server.host}/shop`).replace('FILE', log).split(' ');
    const child = startChild(bin, words);
    await until(() => server.connections > 0, { what: 'a connection' });
    const began = performance.now();
    child.signal('SIGINT');
    expect(await child.exited).toEqual({ code: 130, signal: null });
    expect(performance.now() - began).toBeLessThan(3_000);
  });
}
