import { createRequire } from 'node:module';
import utilities from 'rocketmq-client-nodejs/dist/util/index.js';
import definition from 'rocketmq-client-nodejs/proto/apache/rocketmq/v2/definition_pb.js';
import services from 'rocketmq-client-nodejs/proto/apache/rocketmq/v2/service_grpc_pb.js';
import messages from 'rocketmq-client-nodejs/proto/apache/rocketmq/v2/service_pb.js';

export {
  FilterExpression,
  MessageView,
  Producer,
  RpcClientManager,
  SimpleConsumer,
  StatusChecker,
} from 'rocketmq-client-nodejs';

// The generated files are CommonJS whose names Node cannot see from outside.
export const { Code, Encoding, MessageType, Permission, TransactionResolution } = definition;
export const { MessagingServiceClient } = services;
export const {
  AckMessageRequest,
  ChangeInvisibleDurationRequest,
  ForwardMessageToDeadLetterQueueRequest,
  ReceiveMessageResponse,
  TelemetryCommand,
} = messages;
export const { createDuration, createResource } = utilities;

export type Stub = InstanceType<typeof MessagingServiceClient>;
export type ChannelCredentials = ConstructorParameters<typeof MessagingServiceClient>[1];

interface Grpc {
  readonly credentials: {
    createInsecure(): ChannelCredentials;
    createSsl(ca: Buffer | null, key: Buffer | null, certificate: Buffer | null): ChannelCredentials;
  };
}

/** The client's own copy: credentials of another one it does not take. */
export const { credentials } = createRequire(
  createRequire(import.meta.url).resolve('rocketmq-client-nodejs'),
)('@grpc/grpc-js') as Grpc;
