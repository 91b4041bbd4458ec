import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mongoServers } from '../../../../../test/services/mongodb/index.js';
import { WireProxy } from '../../../../../test/services/mongodb/wire/index.js';
import { WatermarkBench } from './bench.js';
import { watermarkRules } from './rules.js';
import { twinsOn } from './twins.js';

const servers = await mongoServers();

describe.each(servers)('on $name, watermark mode', (server) => {
  const bench = new WatermarkBench(server);
  let proxy: WireProxy;
  beforeAll(async () => {
    proxy = await WireProxy.open(server.uri);
  });
  afterAll(async () => {
    await proxy.close();
    await bench.dispose();
  });

  for (const rule of watermarkRules) it(rule.name, () => rule.run({ bench, proxy }));
});

/** What a twin does wrong does not depend on the server. */
const [server] = servers;
const proxy = await WireProxy.open(server!.uri);
const bench = new WatermarkBench(server!);
const { twins, dispose } = twinsOn(bench, proxy);
afterAll(async () => {
  await dispose();
  await proxy.close();
  await bench.dispose();
});

describe.each(Object.entries(twins))('a twin of watermark mode that %s', (_name, { twin, fails, says }) => {
  it(`fails the rule "${fails}"`, async () => {
    const rule = watermarkRules.find(({ name }) => name === fails);
    await expect(rule?.run({ bench, proxy, twin })).rejects.toThrow(says);
  });
});
