import type { Benchmark } from '../measure.ts';
import { busBacklog } from './backlog.ts';
import { kafkaConsume } from './kafka-consume.ts';
import { kafkaRelay } from './kafka-relay.ts';
import { busLatency } from './latency.ts';
import { busMemoryInProcess } from './memory-in-process.ts';
import { busMemory } from './memory.ts';
import { rocketMqConsume } from './rocketmq-consume.ts';
import { rocketMqRelay } from './rocketmq-relay.ts';
import { sequencing } from './sequencing.ts';
import { twoPhase } from './two-phase.ts';

/** On real brokers, both sides of each row in one run. */
export const busBenchmarks: readonly Benchmark[] = [
  sequencing,
  kafkaRelay,
  kafkaConsume,
  rocketMqRelay,
  rocketMqConsume,
  twoPhase,
  busLatency,
  busBacklog,
  busMemory,
  busMemoryInProcess,
];
