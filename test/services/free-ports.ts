import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { ServiceError } from './service-error.ts';

/** Below the ports that Linux and macOS give to outgoing connections, which could take one between the look and the bind. */
const lowest = 15_000;
const highest = 32_000;
const tries = 200;

/** `count` neighbouring free ports, the lowest first. */
export async function freePorts(count: number): Promise<readonly number[]> {
  for (let attempt = 0; attempt < tries; attempt += 1) {
    const first = randomInt(lowest, highest - count);
    const ports = Array.from({ length: count }, (_, index) => first + index);
    const bound = await Promise.all(ports.map(bind));
    await Promise.all(bound.map(close));
    if (!bound.includes(undefined)) return ports;
  }
  throw new ServiceError('not-ready', `No ${count} free ports between ${lowest} and ${highest}.`);
}

const starts = 3;

/** Starts anew, with other ports, a server that lost one of its own to somebody else before it could take it. */
export async function withFreePorts<T>(start: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await start();
    } catch (error) {
      const isTaken = error instanceof ServiceError && error.code === 'port-taken';
      if (!isTaken || attempt === starts) throw error;
    }
  }
}

async function bind(port: number): Promise<Server | undefined> {
  // On all addresses, as the brokers do.
  const server = createServer().listen(port);
  try {
    await once(server, 'listening');
    return server;
  } catch {
    return undefined;
  }
}

async function close(server: Server | undefined): Promise<void> {
  if (!server) return;
  server.close();
  await once(server, 'close');
}
