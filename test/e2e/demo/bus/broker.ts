import { startKafka, startRocketMq } from '../../../services/index.ts';
import type { BusName } from './chosen-bus.ts';

/** A real server of the demo's own, that can be killed and started again. */
export interface Broker {
  readonly name: BusName;
  /** What makes the apps use it. */
  readonly env: Readonly<Record<string, string>>;
  kill(): Promise<void>;
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export async function startBroker(name: BusName): Promise<Broker> {
  const server = name === 'rocketmq' ? await startRocketMq() : await startKafka();
  return {
    name,
    env: { VARVE_BUS: name, ...server.env },
    kill: () => server.kill(),
    restart: () => server.restart(),
    stop: () => server.stop(),
  };
}
