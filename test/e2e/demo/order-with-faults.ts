import 'reflect-metadata';
import { writeSync } from 'node:fs';
import process from 'node:process';
import type { TwoPhaseBus } from '@varve/bus';
import { getBusHostToken, getMessageBusToken, type BusHost } from '@varve/bus/nest';
import { serverModule } from '../../../apps/order/dist/app.module.js';
import { readOrderConfig } from '../../../apps/order/dist/config/order-config.js';
import { createApp } from '../../../apps/order/dist/http/create-app.js';
import { isFaultPoint, plantFault, reportCheckBacks } from './bus/fault-points.ts';
import type { Told } from './bus/told.ts';

/**
 * The order app as it is, except that it dies by `kill -9` when it comes to `DEMO_DIE_AT` with a commit of the stream `DEMO_DIE_ON`, and
 * tells in lines of JSON what nobody sees from outside.
 */
const config = readOrderConfig(process.env);
const app = await createApp(serverModule(config), config);
const bus = app.get<TwoPhaseBus>(getMessageBusToken());
const { DEMO_DIE_AT: at = '', DEMO_DIE_ON: stream = '' } = process.env;
reportCheckBacks(bus, tell);
if (isFaultPoint(at)) {
  plantFault(bus, { at, stream }, () => {
    tellSwept();
    tell({ kind: 'died', at });
    process.kill(process.pid, 'SIGKILL');
  });
}

const host = app.get<BusHost>(getBusHostToken());
let told = 0;
const sweeping = setInterval(tellSwept, 50);
sweeping.unref();
process.once('exit', tellSwept);

app.enableShutdownHooks([], { useProcessExit: true });
await app.listen(config.port, config.host);
process.stdout.write(`Listening on ${await app.getUrl()},\n`);

function tellSwept(): void {
  const swept = host.publication.status()?.relay.swept ?? 0;
  if (swept > told) tell({ kind: 'swept', commits: swept - told });
  told = swept;
}

/** Without a buffer: what comes next may be the end. */
function tell(event: Told): void {
  writeSync(1, `${JSON.stringify(event)}\n`);
}
