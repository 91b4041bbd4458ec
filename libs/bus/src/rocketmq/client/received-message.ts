import { gunzipSync } from 'node:zlib';
import type { SimpleConsumer } from 'rocketmq-client-nodejs';
import { Encoding, type ReceiveMessageResponse } from './driver.js';

type Endpoints = ReturnType<SimpleConsumer['getEndpoints']>;
type MessagePart = NonNullable<ReturnType<InstanceType<typeof ReceiveMessageResponse>['getMessage']>>;

// What the driver has of google-protobuf, whose types it does not bring along.
interface Iterated {
  entries(): Iterable<[string, string]>;
}
interface Timestamp {
  toDate(): Date;
}

/** The most that a compressed body may become: a few bytes can be made to unpack to gigabytes. */
const LARGEST_BODY = 64 * 1024 * 1024;

/** A message that was fetched and has to be settled. The client's own view (1.0.8) throws for one damaged body and loses the batch. */
export interface ReceivedMessage {
  readonly id: string;
  /** At the server. */
  readonly topic: string;
  /** Where a dead letter came from. */
  readonly deadLetterOf?: string | undefined;
  readonly body: Uint8Array;
  readonly properties: ReadonlyMap<string, string>;
  readonly tag: string | undefined;
  readonly keys: readonly string[];
  readonly messageGroup: string | undefined;
  readonly attempt: number;
  readonly bornAt: Date | undefined;
  readonly endpoints: Endpoints;
  /** The server gives a new one whenever the message stays invisible for longer. */
  handle: string;
}

export function receivedMessage(message: MessagePart, endpoints: Endpoints): ReceivedMessage {
  const system = message.getSystemProperties()!;
  const body = message.getBody_asU8();
  return {
    id: system.getMessageId(),
    topic: message.getTopic()!.getName(),
    deadLetterOf: system.getDeadLetterQueue()?.getTopic() || undefined,
    body: system.getBodyEncoding() === Encoding.GZIP ? unzipped(body) : body,
    properties: new Map((message.getUserPropertiesMap() as Iterated).entries()),
    tag: system.getTag() || undefined,
    keys: system.getKeysList(),
    messageGroup: system.getMessageGroup() || undefined,
    attempt: Math.max(1, system.getDeliveryAttempt() ?? 1),
    bornAt: (system.getBornTimestamp() as Timestamp | undefined)?.toDate(),
    endpoints,
    handle: system.getReceiptHandle() ?? '',
  };
}

/** What cannot be unpacked is handed over as it is, and is no CloudEvent. */
function unzipped(body: Uint8Array): Uint8Array {
  try {
    return gunzipSync(body, { maxOutputLength: LARGEST_BODY });
  } catch {
    return body;
  }
}
