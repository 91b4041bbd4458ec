import { startKafkaFor } from '../kafka/start-kafka.ts';
import { startFerretDbFor } from '../mongodb/start-ferretdb.ts';
import { startMongoJavaServerFor } from '../mongodb/start-mongo-java-server.ts';
import { startRocketMqFor } from '../rocketmq/start-rocketmq.ts';
import type { Tenancy } from '../tenancy.ts';

export interface StartedServer {
  readonly env: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/** What `up` can start, by the name that it goes by. */
export const services: Readonly<Record<string, (tenancy: Tenancy) => Promise<StartedServer>>> = {
  rocketmq: (tenancy) => startRocketMqFor(tenancy, {}),
  kafka: (tenancy) => startKafkaFor(tenancy, {}),
  'mongo-java-server': (tenancy) => startMongoJavaServerFor(tenancy, {}),
  ferretdb: (tenancy) => startFerretDbFor(tenancy, {}),
};
