import type { Lease } from '@varve/eventstore';
import type { Own } from '../connection/own-collections.js';

export async function releaseLease(own: Own, { processor, token, owner }: Lease): Promise<void> {
  const given = { $set: { owner: null }, $inc: { heartbeat: 1 } };
  await own.processors.updateOne({ _id: processor, token, owner }, given, own.inside);
}
