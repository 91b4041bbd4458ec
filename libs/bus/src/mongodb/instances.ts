import type { InstanceReport } from '../publication/instances/instance-report.js';
import type { Published } from '../publication/publication-store.js';
import { keyOf, type Collections } from './collections.js';

type Instances = Pick<Collections, 'instances'>;

export async function recordInstance(
  { instances }: Instances,
  { relay, logId }: Published,
  { instance, ...report }: InstanceReport,
): Promise<void> {
  const _id = keyOf({ relay, logId }, instance);
  await instances.replaceOne({ _id }, { relay, logId, instance, report }, { upsert: true });
}

export async function listInstances(
  { instances }: Instances,
  { relay, logId }: Published,
): Promise<readonly InstanceReport[]> {
  const records = await instances.find({ relay, logId }).sort({ instance: 1 }).toArray();
  return records.map(({ instance, report }) => ({ instance, ...report }));
}

export async function forgetInstance(
  { instances }: Instances,
  of: Published,
  instance: string,
): Promise<void> {
  await instances.deleteOne({ _id: keyOf(of, instance) });
}
