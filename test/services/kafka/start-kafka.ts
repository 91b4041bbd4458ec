import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { makeCertificate, trusting, type Certificate } from '../certificate.ts';
import { freePorts, withFreePorts } from '../free-ports.ts';
import { kafka } from '../jars/distributions.ts';
import { fetchJars } from '../jars/fetch-jars.ts';
import { java, javaProgram, quick, requireJava } from '../process/java.ts';
import { JavaClasses } from '../process/java-classes.ts';
import { ServerProcess } from '../process/server-process.ts';
import type { Setting } from '../properties.ts';
import { runTool } from '../run-tool.ts';
import { RunningServer } from '../running-server.ts';
import { ownTenancy, type Credentials, type Tenancy } from '../tenancy.ts';
import { withAdmin, type KafkaConnection } from './client.ts';
import { writeConfiguration, type KafkaPorts } from './configuration.ts';

export interface KafkaOptions {
  /** More of server.properties, over the harness's own. */
  readonly broker?: Readonly<Record<string, Setting>>;
  /** SASL (PLAIN and SCRAM) and ACLs, with `credentials` of a user who may do everything. */
  readonly accessControl?: boolean;
  /** More users, known by SCRAM, who may do nothing until an ACL allows it; `accessControl` only. */
  readonly users?: readonly Credentials[];
  /** The broker takes nothing but TLS, with `certificate`. */
  readonly tls?: boolean;
  /** Megabytes, default 256. */
  readonly heap?: number;
  /** Where the messages are. Without it they go when the server stops; with it they stay. */
  readonly data?: string;
  /** Milliseconds until the server counts as failed, default 120,000. */
  readonly startTimeout?: number;
}

/** A Kafka for one process and as long as that lives. */
export async function startKafka(options: KafkaOptions = {}): Promise<KafkaServer> {
  return startKafkaFor(ownTenancy('kafka'), options);
}

export async function startKafkaFor(tenancy: Tenancy, options: KafkaOptions): Promise<KafkaServer> {
  try {
    const java = await requireJava();
    const jars = await fetchJars(kafka);
    const classes = new JavaClasses({ program: 'kafka', java, classPath: [`${jars}/*`] });
    mkdirSync(tenancy.folder, { recursive: true });
    const certificate = options.tls ? await makeCertificate(tenancy.folder) : undefined;
    return await withFreePorts(async () => startWith({ tenancy, options, classes, certificate }));
  } catch (error) {
    await tenancy.launcher.release();
    throw error;
  }
}

interface Preparation {
  readonly tenancy: Tenancy;
  readonly options: KafkaOptions;
  readonly classes: JavaClasses;
  readonly certificate?: Certificate | undefined;
}

async function startWith({ tenancy, options, classes, certificate }: Preparation): Promise<KafkaServer> {
  const { folder, logs, launcher } = tenancy;
  const credentials = options.accessControl ? { username: 'admin', password: randomUUID() } : undefined;
  const data = options.data ?? join(folder, 'data');
  const ports = await choosePorts();
  const broker = options.broker ?? {};
  const file = writeConfiguration({ folder, data, ports, broker, credentials, certificate });
  await format({ classes, file, data, users: credentials ? [credentials, ...(options.users ?? [])] : [] });

  const program = javaProgram({
    name: 'broker',
    classes,
    folder,
    args: [...jvm, 'kafka.Kafka', file],
    heap: options.heap ?? 256,
    log: join(logs, 'broker.log'),
  });
  const process = new ServerProcess(launcher, program);
  const server = new KafkaServer({ ports, credentials, certificate, tenancy, process });
  await server.start(options.startTimeout);
  return server;
}

interface ServerSettings {
  readonly ports: KafkaPorts;
  readonly credentials?: Credentials | undefined;
  readonly certificate?: Certificate | undefined;
  readonly tenancy: Tenancy;
  readonly process: ServerProcess;
}

export class KafkaServer extends RunningServer implements KafkaConnection {
  readonly brokers: string;
  readonly credentials: Credentials | undefined;
  readonly certificate: string | undefined;
  /** A folder. */
  readonly logs: string;
  /** What makes another process's suites use this server. */
  readonly env: Readonly<Record<string, string>>;

  constructor({ ports, credentials, certificate, tenancy, process }: ServerSettings) {
    const brokers = `127.0.0.1:${ports.broker}`;
    const connection = { brokers, credentials, certificate: certificate?.certificate };
    super({ ...tenancy, processes: [process], isReady: () => isReady(process, connection) });
    this.brokers = brokers;
    this.credentials = credentials;
    this.certificate = connection.certificate;
    this.logs = tenancy.logs;
    this.env = { VARVE_KAFKA_BROKERS: brokers, ...trusting(certificate) };
  }
}

async function isReady(process: ServerProcess, connection: KafkaConnection): Promise<boolean> {
  if (!process.log().includes('Kafka Server started')) return false;
  const { brokers } = await withAdmin(connection, (admin) => admin.describeCluster(), {
    retry: { retries: 0 },
  });
  return brokers.length > 0;
}

async function choosePorts(): Promise<KafkaPorts> {
  const [broker = 0, controller = 0] = await freePorts(2);
  return { broker, controller };
}

const jvm = [
  '-Dorg.slf4j.simpleLogger.showDateTime=true',
  '-Dorg.slf4j.simpleLogger.dateTimeFormat=HH:mm:ss.SSS',
];

interface Format {
  readonly classes: JavaClasses;
  readonly file: string;
  readonly data: string;
  readonly users: readonly Credentials[];
}

/** Once for a folder of data: the users are part of it. */
async function format({ classes, file, data, users }: Format): Promise<void> {
  if (existsSync(join(data, 'meta.properties'))) return;
  const known = users.flatMap(({ username, password }) =>
    ['SCRAM-SHA-256', 'SCRAM-SHA-512'].flatMap((mechanism) => [
      '--add-scram',
      `${mechanism}=[name=${username},password=${password}]`,
    ]),
  );
  const cluster = randomUUID().replaceAll('-', '').slice(0, 22);
  const args = [...quick, '-Xmx128m', ...classes.options()];
  const tool = ['kafka.tools.StorageTool', 'format', '-t', cluster, '-c', file, ...known];
  await runTool(java, [...args, ...tool], 120_000);
}
