import { createSocket, type Socket } from 'node:dgram';
import dns from 'node:dns';
import { once } from 'node:events';
import { afterEach, describe, expect, test } from 'vitest';
import { MongoEventStore } from '@varve/eventstore/mongodb';

const connect = (uri: string) => MongoEventStore.connect({ uri, database: 'shop', commandTimeout: 500 });

for (const uri of [
  'mongodb://ann:topsecret%@127.0.0.1:1/',
  'mongodb://ann:top%secret@127.0.0.1:1/',
  'mongodb://an%n:topsecret@127.0.0.1:1/',
  'mongodb://ann:topsecret@127.0.0.1:1/sh%op',
]) {
  test(`An address with a "%" that begins no escape is refused in one sentence, without its password: ${uri}`, async () => {
    await expect(connect(uri)).rejects.toMatchObject({
      code: 'invalid-options',
      option: 'uri',
      message: '"uri" cannot be used: it has a "%" that begins no escape; write "%25" for a "%".',
    });
  });
}

for (const uri of [
  'mongodb://ann:topsecret@127.0.0.1:1/?tls=perhaps',
  'mongodb://ann:topsecret@127.0.0.1:1/?readPreference=topsecret',
  'mongodb://ann/topsecret@127.0.0.1:1/',
  'mongodb+srv://ann:topsecret@db.example:27017/',
]) {
  test(`An address that the driver refuses is refused without its password: ${uri}`, async () => {
    const error = await connect(uri).catch((one: unknown) => one as Error);
    expect(error).toMatchObject({ code: 'invalid-options', option: 'uri' });
    expect((error as Error).message).toMatch(/^"uri" cannot be used: .*[^.]\.$/);
    expect((error as Error).message).not.toContain('topsecret');
  });
}

const NXDOMAIN = 3;
const SERVFAIL = 2;

/** A DNS server that answers every question with this code. */
async function nameServer(code: number): Promise<Socket> {
  const socket = createSocket('udp4');
  socket.on('message', (query, { port, address }) => {
    const answer = Buffer.from(query);
    answer.writeUInt16BE(0x8180 | code, 2);
    socket.send(answer, port, address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return socket;
}

describe('An address of "mongodb+srv"', () => {
  const servers = dns.getServers();
  let socket: Socket | undefined;
  afterEach(() => {
    dns.setServers(servers);
    socket?.close();
  });

  for (const [what, code, says] of [
    [
      'that DNS does not know',
      NXDOMAIN,
      /cannot be found: DNS has no servers.*Check the host.*\(ENOTFOUND\)\.$/,
    ],
    ['that DNS gives no answer for', SERVFAIL, /cannot be found: DNS did not answer.*\(ESERVFAIL\)\.$/],
  ] as const) {
    test(`${what} is unavailable, and the error says so`, async () => {
      socket = await nameServer(code);
      dns.setServers([`127.0.0.1:${socket.address().port}`]);
      const connecting = connect('mongodb+srv://ann:topsecret@cluster.shop.example/');
      await expect(connecting).rejects.toMatchObject({
        code: 'store-unavailable',
        message: expect.stringMatching(says) as string,
      });
      await expect(connecting).rejects.toThrow(/^The log cluster\.shop\.example\/shop\.varve_commits /);
    });
  }
});
