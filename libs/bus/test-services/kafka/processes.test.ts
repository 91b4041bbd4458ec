import { beforeAll, describe, expect, test } from 'vitest';
import { sharedKafka, uniqueName, type KafkaConnection } from '../../../../test/services/index.js';
import { startChild, type Child } from '../../../../test/support/children.js';
import { until } from '../../../../test/support/until.js';
import { aMessage, received, versions } from '../messages.js';
import { aBus, aTopic, committed } from './kafka-suite.js';

let server: KafkaConnection;
beforeAll(async () => {
  server = await sharedKafka();
});

const isReady = (said: unknown): said is { isReady: true } => 'isReady' in (said as object);
const isClosed = (said: unknown): said is { isClosed: true } => 'isClosed' in (said as object);

async function aMember(topic: string, group: string): Promise<Child> {
  const child = startChild(new URL('member.child.ts', import.meta.url), [server.brokers, topic, group]);
  await child.heard(isReady, 'its subscription', 60_000);
  return child;
}

function idsOf(child: Child): string[] {
  return child.messages.flatMap((said) => (said as { id?: string }).id ?? []);
}

describe('a member of a Kafka group', () => {
  const keys = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];

  test('that is killed loses nothing: another one goes on from its last commit, each key in order', async () => {
    const topic = await aTopic(server);
    const group = uniqueName('group');
    const bus = aBus(server);
    const first = await aMember(topic, group);
    const publishing = (async () => {
      for (const version of versions(1, 60))
        await bus.publish(keys.map((key) => aMessage(topic, key, version)));
    })();
    const kept = await until(
      async () => {
        const count = await committed(server, group, topic);
        return count > 100 ? count : undefined;
      },
      { timeout: 60_000, what: 'what is committed' },
    );
    await first.kill();
    const got = received();
    await aBus(server, { sessionTimeout: 2_000, connectTimeout: 20_000 }).subscribe(
      { topics: [topic], group },
      got.handler,
    );
    await publishing;
    const seen = (): ReadonlySet<string> => new Set([...idsOf(first), ...got.ids]);
    await until(() => seen().size === keys.length * 60, { timeout: 60_000, what: 'all messages' });
    for (const key of keys) {
      const inOrder = [...seen()].filter((id) => id.startsWith(`${key}@`));
      expect(inOrder).toEqual(versions(1, 60).map((version) => `${key}@${version}`));
    }
    const twice = got.ids.filter((id) => idsOf(first).includes(id));
    // Nothing of what was committed before it was killed.
    expect(twice.length).toBeLessThanOrEqual(idsOf(first).length - kept);
  });

  test('that leaves repeats nothing', async () => {
    const topic = await aTopic(server);
    const group = uniqueName('group');
    const bus = aBus(server);
    const got = received();
    const first = await aMember(topic, group);
    await bus.publish(keys.flatMap((key) => versions(1, 20).map((version) => aMessage(topic, key, version))));
    await until(() => idsOf(first).length === 160, { timeout: 30_000 });
    first.say('leave');
    await first.heard(isClosed);
    expect((await first.exited).code).toBe(0);
    await bus.subscribe({ topics: [topic], group }, got.handler);
    await bus.publish(keys.map((key) => aMessage(topic, key, 21)));
    await until(() => got.ids.length === keys.length);
    expect(got.ids.toSorted()).toEqual(keys.map((key) => `${key}@21`));
  });

  test('ends by itself once its bus is closed, also with a message held for a minute', async () => {
    const topic = await aTopic(server);
    const args = [server.brokers, topic, uniqueName('group')];
    const child = startChild(new URL('leaving.child.ts', import.meta.url), args);
    await child.heard(isClosed, 'its end', 60_000);
    expect([await child.exited, child.messages]).toEqual([{ code: 0, signal: null }, [{ isClosed: true }]]);
  });

  test('ends by itself also when there was no broker', async () => {
    const child = startChild(new URL('leaving.child.ts', import.meta.url), ['127.0.0.1:1', 'none', 'none']);
    await child.heard(isClosed, 'its end', 60_000);
    expect([await child.exited, child.messages]).toEqual([
      { code: 0, signal: null },
      [{ error: 'broker-unavailable' }, { isClosed: true }],
    ]);
  });
});
