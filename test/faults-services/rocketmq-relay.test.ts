import { describe } from 'vitest';
import { matrix } from './matrix.ts';

describe('RocketMQ, relay over FIFO topics: the read model is the fold of the log, and nothing else is visible, after', () => {
  matrix('rocketmq', 'relay');
});
