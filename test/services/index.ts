export {
  createKafkaTopics,
  kafkaClientOptions,
  messagesInKafkaTopic,
  plainKafka,
  withAdmin,
  type KafkaConnection,
  type KafkaTopic,
} from './kafka/client.ts';
export { startKafka, type KafkaOptions, type KafkaServer } from './kafka/start-kafka.ts';
export {
  RocketMqAdmin,
  type GroupOptions,
  type QueueOffsets,
  type Right,
  type TopicOptions,
  type TopicType,
} from './rocketmq/admin.ts';
export {
  connectAdmin,
  startRocketMq,
  type RocketMqConnection,
  type RocketMqOptions,
  type RocketMqServer,
} from './rocketmq/start-rocketmq.ts';
export { ServiceError, type ServiceErrorCode } from './service-error.ts';
export { sharedKafka, sharedRocketMq, uniqueName } from './shared.ts';
export type { Credentials } from './tenancy.ts';
