import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { mongoServers, ownDatabase } from '../../../../test/services/mongodb/index.js';
import { WireProxy } from '../../../../test/services/mongodb/wire/index.js';
import { afterTest } from '../../../../test/support/after-test.js';
import { startChild } from '../../../../test/support/children.js';
import { TcpRelay } from '../../../../test/support/tcp-relay.js';
import { until } from '../../../../test/support/until.js';
import { charge, filesIn, withLog } from '../../test/cli/shop.js';

const bin = fileURLToPath(new URL('../../bin/varve.js', import.meta.url));
const [server] = await mongoServers();
const database = ownDatabase(server!.uri, 'varve-frozen');

test('Ctrl-C ends a copy whose server has fallen silent in the middle, within seconds', async () => {
  const { log } = filesIn();
  await withLog(log, (store) =>
    Promise.all(Array.from({ length: 3_000 }, (_, i) => charge(store, `order-${i % 90}`))),
  );
  // In the middle: the second of many inserts does not come through, so that the copy is not done before the relay is frozen.
  const proxy = await WireProxy.open(server!.uri);
  afterTest(() => proxy.close());
  const ofCommits = ({ insert }: { readonly insert?: string }): boolean => insert === 'varve_commits';
  const second = proxy.on({ command: 'insert', where: ofCommits, nth: 2 }, { does: 'hold' });
  const [, scheme = '', host = '', rest = ''] =
    /^(.*\/\/(?:[^@/]*@)?)([^/?]*)\/?[^?]*(.*)$/.exec(proxy.uri) ?? [];
  const [hostname = '', port = '27017'] = host.split(':');
  const relay = await TcpRelay.open({ host: hostname, port: Number(port) });
  try {
    const child = startChild(bin, ['log', 'copy', log, `${scheme}${relay.host}/${database}${rest}`]);
    await until(() => second.caught.length === 1, { what: 'some progress' });
    relay.freeze();
    const began = performance.now();
    child.signal('SIGINT');
    expect(await child.exited).toEqual({ code: 130, signal: null });
    expect(performance.now() - began).toBeLessThan(8_000);
  } finally {
    await relay.close();
  }
});
