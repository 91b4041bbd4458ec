import { afterEach } from 'vitest';
import { undoAll } from './after-test.ts';

// Vitest runs this anew for every file, other than modules that files share: so a hook belongs here.
afterEach(undoAll);
