import { messageOf } from '@varve/eventstore';
import {
  BrokerRefusedError,
  BrokerUnavailableError,
  isBusError,
  PublishNotConfirmedError,
  type BusError,
} from '../../transport/errors.js';

/** What kafkajs and Node's sockets say of an error; the wrappers around it lose `type` and `code` and call it final. */
interface Signs {
  readonly names: ReadonlySet<string>;
  /** The names of Kafka's error codes, such as `UNKNOWN_TOPIC_OR_PARTITION`. */
  readonly types: ReadonlySet<string>;
  /** Those of Node, such as `ECONNREFUSED`. */
  readonly codes: ReadonlySet<string>;
}

type Refusal = BrokerRefusedError['why'];

const REFUSALS: Readonly<Record<string, readonly [why: Refusal, whatToDo: string]>> = {
  UNKNOWN_TOPIC_OR_PARTITION: ['unknown-topic', 'Create the topic: run "varve bus setup".'],
  INVALID_TOPIC_EXCEPTION: ['illegal-name', 'Topics are letters, digits, ".", "_" and "-", at most 249.'],
  INVALID_GROUP_ID: ['illegal-name', 'Name the group.'],
  TOPIC_AUTHORIZATION_FAILED: ['no-right', 'Give the user the right on the topic.'],
  GROUP_AUTHORIZATION_FAILED: ['no-right', 'Give the user the right to read as this group.'],
  CLUSTER_AUTHORIZATION_FAILED: ['no-right', 'Give the user the right on the cluster.'],
  TRANSACTIONAL_ID_AUTHORIZATION_FAILED: ['no-right', 'Give the user the right to write idempotently.'],
  SASL_AUTHENTICATION_FAILED: ['wrong-credentials', 'Check "sasl".'],
  UNSUPPORTED_SASL_MECHANISM: ['wrong-credentials', 'The broker does not take this "sasl.mechanism".'],
  ILLEGAL_SASL_STATE: ['wrong-credentials', 'Leave "sasl" out for a listener that asks for no credentials.'],
  POLICY_VIOLATION: ['other', "It is against the broker's policy."],
  INVALID_REPLICATION_FACTOR: ['other', 'Lower "replicationFactor" to the number of brokers.'],
};

const TLS_CODE = /^(ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|EPROTO)/;
const OUT_OF_TIME = new Set(['KafkaJSRequestTimeoutError', 'KafkaJSTimeout', 'KafkaJSLockTimeout']);

/** The broker finds a record, or a batch of them, too large. The bus splits the batch; only a single record is told to the caller. */
const TOO_LARGE = ['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE'];

export class BatchTooLargeError extends Error {
  override readonly name = 'BatchTooLargeError';
}

/** The error of this library that fits, by names and codes, never by texts; the original is its `cause`. */
export function translateError(error: unknown, what: string): BusError | BatchTooLargeError {
  if (isBusError(error) || error instanceof BatchTooLargeError) return error;
  const signs = signsOf(error);
  const options = { cause: error };
  if (TOO_LARGE.some((type) => signs.types.has(type))) {
    return new BatchTooLargeError('The broker finds the batch too large.', options);
  }
  for (const type of signs.types) {
    const refusal = REFUSALS[type];
    if (refusal)
      return new BrokerRefusedError(refusal[0], `Kafka refused ${what}: ${type}. ${refusal[1]}`, options);
  }
  if (signs.names.has('KafkaJSSASLAuthenticationError')) {
    return new BrokerRefusedError(
      'wrong-credentials',
      `Kafka refused ${what}: wrong credentials. Check "sasl".`,
      options,
    );
  }
  const tls = [...signs.codes].find((code) => TLS_CODE.test(code));
  if (tls !== undefined) {
    return new BrokerRefusedError(
      'certificate',
      `Kafka, ${what}: TLS failed with ${tls}. Check "tls".`,
      options,
    );
  }
  if (signs.types.has('REQUEST_TIMED_OUT') || [...signs.names].some((name) => OUT_OF_TIME.has(name))) {
    return new PublishNotConfirmedError(`Kafka did not answer in time: ${what}. Try again.`, options);
  }
  return new BrokerUnavailableError(
    `Kafka cannot be used now: ${what} (${messageOf(error)}). Try again.`,
    options,
  );
}

function signsOf(error: unknown): Signs {
  const signs = { names: new Set<string>(), types: new Set<string>(), codes: new Set<string>() };
  const open: unknown[] = [error];
  for (let looked = 0; open.length > 0 && looked < 50; looked++) {
    const one = open.shift();
    if (typeof one !== 'object' || one === null) continue;
    const { name, type, code, cause, errors } = one as Record<string, unknown>;
    if (typeof name === 'string') signs.names.add(name);
    if (typeof type === 'string') signs.types.add(type);
    if (typeof code === 'string') signs.codes.add(code);
    open.push(cause, ...(Array.isArray(errors) ? (errors as unknown[]) : []));
  }
  return signs;
}
