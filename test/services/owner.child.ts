/** Starts a Kafka for itself, says so, and lives until somebody ends it or closes its input. */
import { startKafka } from './index.ts';

const server = await startKafka();
console.log(JSON.stringify({ ready: server.brokers, logs: server.logs }));
process.stdin.resume();
process.stdin.once('end', () => process.exit());
