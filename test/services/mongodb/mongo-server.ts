import { MongoClient } from 'mongodb';
import type { ServerProcess } from '../process/server-process.ts';
import { RunningServer } from '../running-server.ts';
import type { Tenancy } from '../tenancy.ts';
import { hello } from './hello.ts';

export interface MongoServerOptions {
  /** Milliseconds until the server counts as failed, default 120,000. */
  readonly startTimeout?: number;
}

export interface MongoServerSettings {
  readonly port: number;
  /** The name of the environment variable that makes other processes' suites use this server. */
  readonly variable: string;
  readonly tenancy: Tenancy;
  readonly process: ServerProcess;
}

/** A server of one process that speaks MongoDB's protocol, whatever it is. */
export class MongoServer extends RunningServer {
  readonly uri: string;
  /** A folder. */
  readonly logs: string;
  /** What makes another process's suites use this server. */
  readonly env: Readonly<Record<string, string>>;

  constructor({ port, variable, tenancy, process }: MongoServerSettings) {
    const uri = `mongodb://127.0.0.1:${port}/`;
    super({ ...tenancy, processes: [process], isReady: () => isReady(process, uri) });
    this.uri = uri;
    this.logs = tenancy.logs;
    this.env = { [variable]: uri };
  }
}

async function isReady(process: ServerProcess, uri: string): Promise<boolean> {
  if (!process.log().includes('Listening on')) return false;
  const client = new MongoClient(uri, { serverSelectionTimeoutMS: 1_000 });
  try {
    const { ismaster, isWritablePrimary } = await hello(client);
    return isWritablePrimary === true || ismaster === true;
  } finally {
    await client.close();
  }
}
