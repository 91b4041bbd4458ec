import { MongoEventStore } from '@varve/eventstore/mongodb';

interface Work {
  readonly uri: string;
  readonly database: string;
  readonly collectionPrefix: string;
  readonly numberingLease: 'auto' | 'always' | 'never';
  readonly writer: number;
  readonly callers: number;
  readonly milliseconds: number;
}

/** Appends from many callers at once, begins when told to, and reports how long each append took. */
const work = JSON.parse(process.argv[2]!) as Work;
const { writer, callers, milliseconds, ...options } = work;
const store = await MongoEventStore.connect(options);
process.send?.('ready');
await new Promise((resolve) => process.once('message', resolve));

const latencies: number[] = [];
const end = performance.now() + milliseconds;
await Promise.all(
  Array.from({ length: callers }, (_, caller) => appendAgainAndAgain(`note-${writer}-${caller}`)),
);
// Heard before the process ends: its exit may overtake its last message.
const heard = new Promise((resolve) => process.once('message', resolve));
process.send?.({ latencies });
await store.close();
await heard;
process.disconnect();

async function appendAgainAndAgain(stream: string): Promise<void> {
  for (let version = 0; performance.now() < end; version++) {
    const began = performance.now();
    const answer = await store.append(stream, version, [
      { type: 'note.taken', data: { version, text: 'x'.repeat(200) } },
    ]);
    if (!answer.ok) throw new Error(`An own stream met a conflict: ${JSON.stringify(answer)}`);
    latencies.push(performance.now() - began);
  }
}
