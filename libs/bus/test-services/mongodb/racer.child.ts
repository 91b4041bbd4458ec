// Run by plain Node: begins when it is told to, and says what it has won: racer.child.ts ORDERS
import { once } from 'node:events';
import { MongoPublicationStore } from '@varve/bus/mongodb';
import type { Place } from './bench.ts';
import { race, type Racer } from './race.ts';
import { say } from '../../../../test/support/say.ts';

const { owner, steps, callers, ...place } = JSON.parse(process.argv[2] ?? '') as Racer & Place;
const store = await MongoPublicationStore.connect(place);
say({ ready: true });
await once(process.stdin, 'data');
say({ won: await race(store, { owner, steps, callers }) });
await store.close();
process.stdin.destroy();
