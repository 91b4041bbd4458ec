export { KafkaMessageBus } from './kafka-message-bus.js';
export type { KafkaDelay, KafkaMessageBusOptions, KafkaSasl, KafkaTls } from './kafka-options.js';
