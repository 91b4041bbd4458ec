import type { KafkaAdmin } from '../driver/kafka-driver.js';

const USUAL_REPLICAS = 3;

/** `false`: it is there already. */
export async function createTopic(
  admin: KafkaAdmin,
  topic: {
    readonly name: string;
    readonly partitions: number;
    readonly config?: Readonly<Record<string, string>>;
  },
  replicationFactor: number | undefined,
): Promise<boolean> {
  const replicas = replicationFactor ?? Math.min(USUAL_REPLICAS, await admin.brokers());
  const { name, partitions, config = {} } = topic;
  return admin.createTopic({ name, partitions, replicationFactor: replicas, config });
}
