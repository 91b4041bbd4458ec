import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { mongoServers, ownDatabase } from '../../../../test/services/mongodb/index.js';
import { startChild } from '../../../../test/support/children.js';
import { TcpRelay } from '../../../../test/support/tcp-relay.js';
import { charge, filesIn, withLog } from '../../test/cli/shop.js';

const bin = fileURLToPath(new URL('../../dist/cli/bin.js', import.meta.url));
const [server] = await mongoServers();
const database = ownDatabase(server!.uri, 'varve-frozen');

test('Ctrl-C ends a copy whose server has fallen silent in the middle, within seconds', async () => {
  const { log } = filesIn();
  await withLog(log, (store) =>
    Promise.all(Array.from({ length: 3_000 }, (_, i) => charge(store, `order-${i % 90}`))),
  );
  const [, scheme = '', host = '', rest = ''] =
    /^(.*\/\/(?:[^@/]*@)?)([^/?]*)\/?[^?]*(.*)$/.exec(server!.uri) ?? [];
  const [hostname = '', port = '27017'] = host.split(':');
  const relay = await TcpRelay.open({ host: hostname, port: Number(port) });
  try {
    const child = startChild(bin, ['log', 'copy', log, `${scheme}${relay.host}/${database}${rest}`]);
    await child.heard((line): line is string => /^copying [1-9]/.test(String(line)), 'some progress');
    relay.freeze();
    const began = performance.now();
    child.signal('SIGINT');
    expect(await child.exited).toEqual({ code: 130, signal: null });
    expect(performance.now() - began).toBeLessThan(8_000);
  } finally {
    await relay.close();
  }
});
