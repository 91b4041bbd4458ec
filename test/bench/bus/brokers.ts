import {
  sharedKafka,
  sharedRocketMq,
  startKafka,
  startRocketMq,
  type KafkaConnection,
  type RocketMqConnection,
} from '../../services/index.ts';

/** What was started here, and only that. */
const started: { stop(): Promise<void> }[] = [];
let kafkaServer: Promise<KafkaConnection> | undefined;
let rocketMqServer: Promise<RocketMqConnection> | undefined;

/** The one that the environment names, or else one of the run's own, on which both sides of every row are. */
export function kafka(): Promise<KafkaConnection> {
  kafkaServer ??= process.env['VARVE_KAFKA_BROKERS'] ? sharedKafka() : remembered(startKafka());
  return kafkaServer;
}

export function rocketMq(): Promise<RocketMqConnection> {
  rocketMqServer ??= process.env['VARVE_ROCKETMQ_ENDPOINTS'] ? sharedRocketMq() : remembered(startRocketMq());
  return rocketMqServer;
}

export async function stopBrokers(): Promise<void> {
  await Promise.all(started.splice(0).map((server) => server.stop()));
}

async function remembered<Server extends { stop(): Promise<void> }>(
  starting: Promise<Server>,
): Promise<Server> {
  const server = await starting;
  started.push(server);
  return server;
}
