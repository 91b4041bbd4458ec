import { RemotingRefusal } from './admin/remoting-connection.js';
import { Code } from './client/driver.js';

/** gRPC's own status codes; those of RocketMQ have five digits. */
const GRPC_TIMEOUT = 4;
const GRPC_UNAVAILABLE = 14;
const GRPC_TOO_LARGE = 8;

/** The code that a driver's error carries itself or, wrapped, in its cause. */
export function codeOf(error: unknown): number | undefined {
  for (let one = error; one instanceof Error; one = one.cause) {
    if ('code' in one && typeof one.code === 'number') return one.code;
  }
  return undefined;
}

/** The message that another consumer was given meanwhile, or that was settled already. Not an error: it comes again, or need not. */
export function isStaleHandle(error: unknown): boolean {
  return codeOf(error) === Code.INVALID_RECEIPT_HANDLE;
}

export type Fault =
  | 'unreachable'
  | 'no-answer'
  | 'busy'
  | 'too-large'
  | 'unknown-topic'
  | 'wrong-topic-type'
  | 'illegal-name'
  | 'unauthorized'
  | 'other';

const faults: ReadonlyMap<number, Fault> = new Map([
  [GRPC_UNAVAILABLE, 'unreachable'],
  [GRPC_TIMEOUT, 'no-answer'],
  [GRPC_TOO_LARGE, 'too-large'],
  [Code.REQUEST_TIMEOUT, 'no-answer'],
  [Code.PROXY_TIMEOUT, 'no-answer'],
  [Code.MASTER_PERSISTENCE_TIMEOUT, 'no-answer'],
  [Code.SLAVE_PERSISTENCE_TIMEOUT, 'no-answer'],
  [Code.TOO_MANY_REQUESTS, 'busy'],
  [Code.INTERNAL_ERROR, 'busy'],
  [Code.INTERNAL_SERVER_ERROR, 'busy'],
  [Code.HA_NOT_AVAILABLE, 'busy'],
  [Code.PAYLOAD_TOO_LARGE, 'too-large'],
  [Code.MESSAGE_BODY_TOO_LARGE, 'too-large'],
  [Code.REQUEST_HEADER_FIELDS_TOO_LARGE, 'too-large'],
  [Code.MESSAGE_PROPERTIES_TOO_LARGE, 'too-large'],
  [Code.TOPIC_NOT_FOUND, 'unknown-topic'],
  [Code.MESSAGE_PROPERTY_CONFLICT_WITH_TYPE, 'wrong-topic-type'],
  [Code.ILLEGAL_TOPIC, 'illegal-name'],
  [Code.ILLEGAL_CONSUMER_GROUP, 'illegal-name'],
  [Code.UNAUTHORIZED, 'unauthorized'],
  [Code.FORBIDDEN, 'unauthorized'],
]);

/** Of RocketMQ's remoting protocol. */
const NO_PERMISSION = 16;

/** Without a code nobody has said no: it is worth another try. */
export function faultOf(error: unknown): Fault {
  if (error instanceof RemotingRefusal)
    return error.responseCode === NO_PERMISSION ? 'unauthorized' : 'other';
  const code = codeOf(error);
  if (code === undefined || code < 20_000) return faults.get(code ?? GRPC_UNAVAILABLE) ?? 'unreachable';
  return faults.get(code) ?? (code >= 50_000 ? 'busy' : 'other');
}
