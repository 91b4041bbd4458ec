import type { KafkaConsumer, KafkaDriver } from '../driver/kafka-driver.js';
import { withAdmin } from '../topology/with-admin.js';

/**
 * A group that begins with what comes from now on has its place committed before it counts as subscribed: without, a crash before its first
 * commit would begin with what comes *then*, and lose what came between.
 */
export async function fixStart(
  driver: KafkaDriver,
  consumer: KafkaConsumer,
  { group, topics }: { readonly group: string; readonly topics: readonly string[] },
): Promise<void> {
  const missing = await withAdmin(driver, async (admin) => {
    const committed = await admin.committed(group, topics);
    const places = new Set(committed.map(({ topic, partition }) => `${topic}/${partition}`));
    const ends = await Promise.all(
      topics.map(async (topic) =>
        (await admin.offsets(topic)).map(({ partition, high }) => ({ topic, partition, offset: high })),
      ),
    );
    return ends.flat().filter(({ topic, partition }) => !places.has(`${topic}/${partition}`));
  });
  if (missing.length > 0) await consumer.commit(missing);
}
