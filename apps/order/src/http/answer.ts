import type { SaveResult } from '@varve/eventstore';
import { entityTagOf } from './entity-tag.js';
import type { CommittedBody } from './order-bodies.js';

/** Where the command stands in the log: what a read model is asked to wait for. */
export const POSITION_HEADER = 'Varve-Position';

export interface HttpResponse {
  setHeader(name: string, value: string): unknown;
}

export function answerCommand(response: HttpResponse, orderId: string, result: SaveResult): CommittedBody {
  if (result.outcome === 'nothing') throw new Error(`A command on order ${orderId} has decided nothing.`);
  const { lastVersion, position } = result.commit;
  response.setHeader('ETag', entityTagOf(lastVersion));
  response.setHeader(POSITION_HEADER, String(position));
  return { orderId, outcome: result.outcome, version: lastVersion, position };
}
