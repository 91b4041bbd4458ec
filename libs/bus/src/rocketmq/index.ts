export type {
  RocketMqCredentials,
  RocketMqMessageBusOptions,
  RocketMqTls,
  RocketMqTopicType,
} from './options.js';
export { RocketMqMessageBus } from './rocketmq-message-bus.js';
