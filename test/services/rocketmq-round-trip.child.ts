/**
 * Sends texts to a topic, or receives them, with the bare client: in a process of its own, whose environment says whom
 * it trusts. It says `{ sent }` or `{ received }`, or `{ refused }` with the code and the message of the error.
 */
import { Producer, SimpleConsumer } from 'rocketmq-client-nodejs';
import { until } from '../support/until.ts';

export interface RoundTrip {
  readonly endpoints: string;
  readonly topic: string;
  readonly tls?: boolean;
  readonly credentials?: { readonly username: string; readonly password: string } | undefined;
  readonly send?: readonly string[];
  readonly receive?: { readonly group: string; readonly count: number };
}

const {
  endpoints,
  topic,
  tls = false,
  credentials,
  send,
  receive,
} = JSON.parse(process.argv[2]!) as RoundTrip;
const silent = () => undefined;
const client = {
  endpoints,
  namespace: '',
  sslEnabled: tls,
  requestTimeout: 5000,
  logger: { debug: silent, info: silent, warn: silent, error: silent },
  ...(credentials
    ? { sessionCredentials: { accessKey: credentials.username, accessSecret: credentials.password } }
    : {}),
};

async function sendAll(bodies: readonly string[]): Promise<object> {
  const producer = new Producer({ ...client, topics: [topic] });
  await producer.startup();
  for (const body of bodies) await producer.send({ topic, body: Buffer.from(body), messageGroup: 'all' });
  return { sent: bodies.length };
}

async function receiveAll({ group, count }: { group: string; count: number }): Promise<object> {
  const consumer = new SimpleConsumer({
    ...client,
    consumerGroup: group,
    subscriptions: new Map([[topic, '*']]),
    awaitDuration: 2000,
  });
  await consumer.startup();
  const received: string[] = [];
  await until(
    async () => {
      for (const message of await consumer.receive(1, 10_000)) {
        received.push(message.body.toString());
        await consumer.ack(message);
      }
      return received.length >= count;
    },
    { timeout: 60_000, what: `${count} messages` },
  );
  return { received };
}

function refusal(error: unknown): object {
  const causes: { code?: unknown; message: string }[] = [];
  for (let each = error; each instanceof Error; each = each.cause) causes.push(each);
  const code = causes.map((cause) => cause.code).find((each) => typeof each === 'number');
  return { refused: { code, message: causes.at(-1)?.message } };
}

const answer = receive ? receiveAll(receive) : sendAll(send ?? []);
console.log(JSON.stringify(await answer.catch(refusal)));
// The client keeps its connections and timers after a start that failed.
process.exit();
