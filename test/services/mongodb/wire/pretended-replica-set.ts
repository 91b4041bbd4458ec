import type { Document } from 'mongodb';
import type { WireCommand } from './messages.ts';

/**
 * Makes a real driver treat a plain server as the primary of a replica set: it then opens sessions, numbers its writes so that they can be
 * retried, and runs transactions. The server knows none of that: it gets the commands without them, each takes effect at once, and what is
 * rolled back stays. So this is for what the *client* does when the answers are those of a replica set in trouble, and for nothing else.
 */
export class PretendedReplicaSet {
  readonly #address: string;

  constructor(address: string) {
    this.#address = address;
  }

  /** In the server's place. */
  answer({ name }: WireCommand): Document | undefined {
    return ofSessions.has(name) ? { ok: 1 } : undefined;
  }

  /** Whether the server may see what a command has under this key. */
  shows(key: string): boolean {
    return !ofTransactions.has(key);
  }

  isGreeting({ name }: WireCommand): boolean {
    return greetings.has(name.toLowerCase());
  }

  greeting(reply: Document): Document {
    const host = this.#address;
    return {
      ...reply,
      ...{ setName: 'pretended', setVersion: 1, hosts: [host], me: host, primary: host },
      ...{ ismaster: true, isWritablePrimary: true, secondary: false },
      logicalSessionTimeoutMinutes: 30,
    };
  }
}

const greetings = new Set(['hello', 'ismaster']);
const ofSessions = new Set(['commitTransaction', 'abortTransaction', 'endSessions']);
const ofTransactions = new Set([
  'lsid',
  'txnNumber',
  'startTransaction',
  'autocommit',
  'stmtId',
  'stmtIds',
  '$clusterTime',
]);
