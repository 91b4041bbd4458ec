import { describe } from 'vitest';
import { matrix } from './matrix.ts';

describe('RocketMQ, two-phase: the read model is the fold of the log, and nothing of a rolled-back command is visible, after', () => {
  matrix('rocketmq', 'two-phase');
});
