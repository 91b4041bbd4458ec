import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { freePorts, withFreePorts } from '../free-ports.ts';
import { ServerProcess } from '../process/server-process.ts';
import { ownTenancy, type Tenancy } from '../tenancy.ts';
import { buildFerretDb } from './build-ferretdb.ts';
import { MongoServer, type MongoServerOptions } from './mongo-server.ts';

export const ferretDbVariable = 'VARVE_FERRETDB_URI';

export interface FerretDbOptions extends MongoServerOptions {
  /** Where the databases are. Without it they go when the server stops; with it they stay. Both survive `kill`. */
  readonly data?: string;
}

/** A FerretDB for one process and as long as that lives. */
export async function startFerretDb(options: FerretDbOptions = {}): Promise<MongoServer> {
  return startFerretDbFor(ownTenancy('ferretdb'), options);
}

export async function startFerretDbFor(tenancy: Tenancy, options: FerretDbOptions): Promise<MongoServer> {
  try {
    const command = await buildFerretDb();
    const data = options.data ?? join(tenancy.folder, 'data');
    mkdirSync(tenancy.folder, { recursive: true });
    mkdirSync(data, { recursive: true });
    return await withFreePorts(async () => startWith(tenancy, { ...options, data }, command));
  } catch (error) {
    await tenancy.launcher.release();
    throw error;
  }
}

async function startWith(
  tenancy: Tenancy,
  { data, startTimeout }: FerretDbOptions & { readonly data: string },
  command: string,
): Promise<MongoServer> {
  const { folder, logs, launcher } = tenancy;
  const [port = 0] = await freePorts(1);
  const process = new ServerProcess(launcher, {
    name: 'server',
    command,
    args: (mark) => ['-mark', mark, '-listen', `127.0.0.1:${port}`, '-data', data],
    folder,
    log: join(logs, 'server.log'),
  });
  const server = new MongoServer({ port, variable: ferretDbVariable, tenancy, process });
  await server.start(startTimeout);
  return server;
}
