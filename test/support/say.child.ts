// Says so many things and is killed before its event loop comes round: say.child.ts COUNT
import { say } from './say.ts';

for (let n = 0; n < Number(process.argv[2]); n += 1) say({ n });
process.kill(process.pid, 'SIGKILL');
