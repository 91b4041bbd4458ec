import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { freePorts, withFreePorts } from '../free-ports.ts';
import { javaProgram, requireJava } from '../process/java.ts';
import { JavaClasses } from '../process/java-classes.ts';
import { ServerProcess } from '../process/server-process.ts';
import { ownTenancy, type Tenancy } from '../tenancy.ts';
import { buildJavaServer } from './build-java-server.ts';
import { MongoServer, type MongoServerOptions } from './mongo-server.ts';

export const mongoJavaServerVariable = 'VARVE_MONGO_JAVA_SERVER_URI';

export interface MongoJavaServerOptions extends MongoServerOptions {
  /** Megabytes, default 256: what it stores is in there, too. */
  readonly heap?: number;
}

/** A mongo-java-server for one process and as long as that lives. It stores nothing: killed, it has forgotten everything. */
export async function startMongoJavaServer(options: MongoJavaServerOptions = {}): Promise<MongoServer> {
  return startMongoJavaServerFor(ownTenancy('mongo-java-server'), options);
}

export async function startMongoJavaServerFor(
  tenancy: Tenancy,
  options: MongoJavaServerOptions,
): Promise<MongoServer> {
  try {
    const java = await requireJava();
    const classPath = await buildJavaServer();
    const classes = new JavaClasses({ program: 'mongo-java-server', java, classPath });
    mkdirSync(tenancy.folder, { recursive: true });
    return await withFreePorts(async () => startWith(tenancy, options, classes));
  } catch (error) {
    await tenancy.launcher.release();
    throw error;
  }
}

async function startWith(
  tenancy: Tenancy,
  { heap = 256, startTimeout }: MongoJavaServerOptions,
  classes: JavaClasses,
): Promise<MongoServer> {
  const { folder, logs, launcher } = tenancy;
  const [port = 0] = await freePorts(1);
  const program = javaProgram({
    name: 'server',
    args: ['Server', String(port)],
    heap,
    classes,
    folder,
    log: join(logs, 'server.log'),
  });
  const process = new ServerProcess(launcher, program);
  const server = new MongoServer({ port, variable: mongoJavaServerVariable, tenancy, process });
  await server.start(startTimeout);
  return server;
}
