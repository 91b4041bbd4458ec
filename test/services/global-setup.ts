import { kafka, rocketMq } from './jars/distributions.ts';
import { fetchJars } from './jars/fetch-jars.ts';
import { buildFerretDb } from './mongodb/build-ferretdb.ts';
import { buildJavaServer } from './mongodb/build-java-server.ts';
import { isToStart } from './mongodb/mongo-servers.ts';
import { sharedServersVariable } from './shared.ts';
import { openSharedServers } from './shared-servers.ts';

/** Of the vitest project `services`: runs once, before its files, in the process that all of them come from. */
export async function setup(): Promise<() => Promise<void>> {
  // Here, where no test's time limit runs.
  if (!process.env['VARVE_ROCKETMQ_ENDPOINTS']) await fetchJars(rocketMq);
  if (!process.env['VARVE_KAFKA_BROKERS']) await fetchJars(kafka);
  if (isToStart('mongo-java-server')) await buildJavaServer();
  if (isToStart('ferretdb')) await buildFerretDb();

  const servers = await openSharedServers();
  process.env[sharedServersVariable] = servers.address;
  return async () => {
    process.env[sharedServersVariable] = '';
    await servers.stop();
  };
}
