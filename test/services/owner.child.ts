/** Starts a server for itself, says so, and lives until somebody ends it or closes its input: owner.child.ts SERVICE */
import { startFerretDb } from './mongodb/start-ferretdb.ts';
import { startMongoJavaServer } from './mongodb/start-mongo-java-server.ts';
import { startKafka } from './kafka/start-kafka.ts';

const starts = {
  kafka: async () => startKafka(),
  'mongo-java-server': async () => startMongoJavaServer(),
  ferretdb: async () => startFerretDb(),
};

const [service = ''] = process.argv.slice(2);
const { env, logs } = await starts[service as keyof typeof starts]();
console.log(JSON.stringify({ ready: Object.values(env)[0], logs }));
process.stdin.resume();
process.stdin.once('end', () => process.exit());
