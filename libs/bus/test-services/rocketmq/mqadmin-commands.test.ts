import { execFile } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import type { BusTopology } from '@varve/bus';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startRocketMq, uniqueName, type RocketMqServer } from '../../../../test/services/index.js';
import { rocketMq } from '../../../../test/services/jars/distributions.js';
import { fetchJars } from '../../../../test/services/jars/fetch-jars.js';
import { temporaryFolder } from '../../../../test/support/temp-dir.js';
import { until } from '../../../../test/support/until.js';
import { aBus, withAdmin } from './rocketmq-suite.js';

const run = promisify(execFile);

let server: RocketMqServer;
beforeAll(async () => {
  server = await startRocketMq();
}, 180_000);
afterAll(() => server.stop());

/** The server's own `mqadmin`, as a shell finds it. Each takes seconds to start, and together they would keep the server from answering. */
async function inShell(commands: readonly string[]): Promise<readonly string[]> {
  const folder = temporaryFolder();
  const jars = join(await fetchJars(rocketMq), '*');
  const main = 'org.apache.rocketmq.tools.command.MQAdminStartup';
  const tool = `exec java -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xmx128m -Duser.home='${folder}' -Drocketmq.home.dir='${folder}' -cp '${jars}' ${main} "$@"`;
  writeFileSync(join(folder, 'mqadmin'), `#!/bin/sh\n${tool}\n`);
  chmodSync(join(folder, 'mqadmin'), 0o755);
  const PATH = `${folder}${delimiter}${process.env['PATH'] ?? ''}`;
  const env = { ...process.env, PATH, ROCKETMQ_HOME: folder, NAMESRV_ADDR: server.nameserver };
  const said: string[] = [];
  for (const command of commands) {
    const { stdout, stderr } = await run('sh', ['-c', command], { env, timeout: 60_000 });
    said.push(stdout + stderr);
  }
  return said;
}

test('the mqadmin commands that a person is to run do what set-up would have done', async () => {
  const [order, payment, reminder] = [uniqueName('order'), uniqueName('payment'), uniqueName('reminder')];
  const topology: BusTopology = {
    topics: [
      { name: order, kind: 'ordered', lanes: 4 },
      { name: payment, kind: 'transactional' },
      { name: reminder, kind: 'delayed' },
    ],
    groups: [{ name: uniqueName('billing'), topics: [order], order: 'key' }],
  };
  const { created, commands } = await aBus(server, { adminAddress: '' }).setup(topology);
  expect([created, commands.length]).toEqual([[], 6]);

  for (const said of await inShell(commands)) expect(said).toMatch(/success/);

  const bus = aBus(server);
  expect(await bus.inspect(topology)).toEqual([]);
  expect(await bus.setup(topology)).toMatchObject({ created: [], commands: [] });
  await withAdmin(server, async (admin) => {
    const types = await Promise.all([order, payment, reminder].map((topic) => admin.topicType(topic)));
    expect(types).toEqual(['FIFO', 'TRANSACTION', 'DELAY']);
    expect(await admin.offsets(order)).toHaveLength(4);
  });
  const unaware = aBus(server, { adminAddress: '' });
  const left = async () =>
    (await unaware.setup(topology)).commands.filter((each) => each.includes('updateTopic'));
  await until(async () => (await left()).length === 0, {
    timeout: 60_000,
    what: 'the proxy to know the topics',
  });
}, 240_000);
