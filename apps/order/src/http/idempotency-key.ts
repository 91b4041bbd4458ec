import { createHash } from 'node:crypto';
import { InvalidRequestError } from './invalid-request.js';

export interface IdempotencyScope {
  readonly route: string;
  readonly caller: string;
  /** The order, or for an order that is yet to be placed its customer. */
  readonly subject: string;
}

/** 1 to 255 visible ASCII characters, quoted (as the IETF draft has it) or not. */
const KEY = /^(?:"([\x21\x23-\x7e]{1,255})"|([\x21\x23-\x7e]{1,255}))$/;

export function parseIdempotencyKey(header: string | undefined): string | undefined {
  if (header === undefined) return undefined;
  const [, quoted, bare] = KEY.exec(header) ?? [];
  const key = quoted ?? bare;
  if (key) return key;
  const message = 'must be 1 to 255 visible ASCII characters; a random UUID per command is a good one';
  throw new InvalidRequestError('header', [{ field: 'Idempotency-Key', message }]);
}

/** The commit id of a command. Hashed over everything that the key is unique within: two customers' "1" do not meet. */
export function commitIdFor(key: string, { route, caller, subject }: IdempotencyScope): string {
  const scope = JSON.stringify([route, caller, subject, key]);
  return `http-${createHash('sha256').update(scope).digest('hex')}`;
}
