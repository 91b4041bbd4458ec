import type { KafkaAdmin, KafkaDriver } from '../driver/kafka-driver.js';

/** A connection for one piece of work: it is rare, and a new one sees the cluster as it is now. */
export async function withAdmin<T>(driver: KafkaDriver, work: (admin: KafkaAdmin) => Promise<T>): Promise<T> {
  const admin = driver.admin();
  try {
    await admin.connect();
    return await work(admin);
  } finally {
    await admin.close();
  }
}
