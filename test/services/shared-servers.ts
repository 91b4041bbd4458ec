import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startKafka } from './kafka/start-kafka.ts';
import { startMongoServers } from './mongodb/mongo-servers.ts';
import { startRocketMq } from './rocketmq/start-rocketmq.ts';
import type { StartedServer } from './cli/services.ts';

const starts: Readonly<Record<string, () => Promise<StartedServer>>> = {
  rocketmq: () => startRocketMq(),
  kafka: () => startKafka(),
  // All of them: which ones there are is for the environment to say.
  mongodb: () => startMongoServers(),
};

export interface SharedServers {
  readonly address: string;
  stop(): Promise<void>;
}

/** Starts each server once, when it is asked for first: `POST /<service>` is answered by its environment. */
export async function openSharedServers(): Promise<SharedServers> {
  const started = new Map<string, Promise<StartedServer>>();
  const serve = async (service: string, response: ServerResponse) => {
    const start = starts[service];
    if (!start) return response.writeHead(404).end(`There is no ${service}.`);
    const server = started.get(service) ?? start();
    started.set(service, server);
    try {
      const { env } = await server;
      return response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(env));
    } catch (error) {
      return response.writeHead(500).end(error instanceof Error ? error.message : String(error));
    }
  };
  const http = createServer((request, response) => void serve((request.url ?? '').slice(1), response));
  await once(http.listen(0, '127.0.0.1'), 'listening');
  return {
    address: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    async stop() {
      http.close();
      http.closeAllConnections();
      const servers = await Promise.allSettled(started.values());
      await Promise.all(servers.map(async (each) => each.status === 'fulfilled' && each.value.stop()));
    },
  };
}
