import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import type { BusTopology, MessageBus } from '@varve/bus';
import { KafkaMessageBus } from '@varve/bus/kafka';
import { RocketMqMessageBus } from '@varve/bus/rocketmq';
import { describe, expect, test } from 'vitest';
import { afterTest } from '../../../../test/support/after-test.js';

const topology: BusTopology = { topics: [{ name: 'order', kind: 'ordered' }], groups: [] };

/** What something else may answer, to whatever is asked. */
const answers: readonly [of: string, answer: Buffer][] = [
  ['a web server', Buffer.from('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n')],
  ['a mail server', Buffer.from('220 mail.example ESMTP\r\n')],
  ['nothing but zeros', Buffer.alloc(4_096)],
  ['lengths of less than nothing', Buffer.alloc(64, 0xff)],
  ['a frame that ends at once', Buffer.from([0, 0, 0, 2, 1, 1, 0, 0, 0, 2, 1, 1])],
  ['a frame of something else', Buffer.concat([Buffer.from([0, 0, 0, 60]), Buffer.alloc(60, 0x7b)])],
];

async function listening(answer: Buffer): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('data', () => socket.write(answer));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  afterTest(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const buses: Readonly<Record<string, (address: string) => MessageBus & Pick<KafkaMessageBus, 'inspect'>>> = {
  Kafka: (address) => new KafkaMessageBus({ brokers: [address], connectTimeout: 500, publishTimeout: 500 }),
  RocketMQ: (address) =>
    new RocketMqMessageBus({
      endpoints: address,
      adminAddress: address,
      connectTimeout: 1_000,
      requestTimeout: 1_000,
    }),
};

describe.each(Object.entries(buses))('%s, where something else listens', (_name, busAt) => {
  test('is unavailable within seconds, whatever is answered, and keeps the process alive', async () => {
    const unavailable = expect.objectContaining({ code: 'broker-unavailable', retryable: true }) as object;
    const found = answers.map(async ([of, answer]) => {
      const bus = busAt(await listening(answer));
      afterTest(() => bus.close());
      const inspected = await bus.inspect(topology).catch((error: unknown) => error);
      return [of, inspected, await bus.health()];
    });
    expect(await Promise.all(found)).toEqual(
      answers.map(([of]) => [of, unavailable, { up: false, error: unavailable }]),
    );
  });
});
