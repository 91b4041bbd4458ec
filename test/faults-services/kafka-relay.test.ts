import { describe } from 'vitest';
import { matrix } from './matrix.ts';

describe('Kafka, relay: the read model is the fold of the log, and nothing else is visible, after', () => {
  matrix('kafka', 'relay');
});
