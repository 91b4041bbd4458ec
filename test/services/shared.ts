import { randomUUID } from 'node:crypto';
import type { KafkaConnection } from './kafka/client.ts';
import type { RocketMqConnection } from './rocketmq/start-rocketmq.ts';
import { ServiceError } from './service-error.ts';

/** Where the run's own servers are asked for, each of which starts when the first suite asks. */
export const sharedServersVariable = 'VARVE_SHARED_SERVERS';

/** The server that most suites use, each with topics and groups of its own (`uniqueName`). Nobody stops or freezes it. */
export async function sharedRocketMq(): Promise<RocketMqConnection> {
  const env = await environmentOf('rocketmq', 'VARVE_ROCKETMQ_ENDPOINTS');
  const { VARVE_ROCKETMQ_ENDPOINTS: endpoints = '', VARVE_ROCKETMQ_ADMIN: adminAddress } = env;
  if (adminAddress) return { endpoints, adminAddress };
  throw new ServiceError(
    'invalid-options',
    `VARVE_ROCKETMQ_ENDPOINTS is ${endpoints}, so VARVE_ROCKETMQ_ADMIN must say where its broker listens (host:port).`,
  );
}

export async function sharedKafka(): Promise<KafkaConnection> {
  const { VARVE_KAFKA_BROKERS: brokers = '' } = await environmentOf('kafka', 'VARVE_KAFKA_BROKERS');
  return { brokers };
}

/** For a topic or a group on a shared server: letters, digits and hyphens, which every broker takes. */
export function uniqueName(prefix: string): string {
  return `${prefix}-${randomUUID().slice(0, 8)}`;
}

/** The run's own server, or whichever the environment names; `variable` says where it is. */
export async function environmentOf(service: string, variable: string): Promise<NodeJS.ProcessEnv> {
  if (process.env[variable]) return process.env;
  const address = process.env[sharedServersVariable];
  if (address) return askFor(service, address);
  throw new ServiceError(
    'no-server',
    `No ${service} to test with. Run the suite by "npm run test:services", which starts one, or start one by ` +
      `"npm run services -- up ${service}" and export what it prints (${variable}).`,
  );
}

async function askFor(service: string, address: string): Promise<NodeJS.ProcessEnv> {
  const response = await fetch(`${address}/${service}`, { method: 'POST' });
  if (!response.ok) throw new ServiceError('no-server', await response.text());
  return (await response.json()) as NodeJS.ProcessEnv;
}
