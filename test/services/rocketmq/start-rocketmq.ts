import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { makeCertificate, trusting, type Certificate } from '../certificate.ts';
import { freePorts, withFreePorts } from '../free-ports.ts';
import { rocketMq } from '../jars/distributions.ts';
import { fetchJars } from '../jars/fetch-jars.ts';
import { requireJava } from '../process/java.ts';
import type { ServerProcess } from '../process/server-process.ts';
import type { Setting } from '../properties.ts';
import { RunningServer } from '../running-server.ts';
import { ownTenancy, type Credentials, type Tenancy } from '../tenancy.ts';
import { RocketMqAdmin, routeFromNameserver } from './admin.ts';
import { writeConfiguration, type RocketMqPorts } from './configuration.ts';
import { processesOf } from './processes.ts';

export interface RocketMqOptions {
  /** More of broker.conf, over the harness's own. */
  readonly broker?: Readonly<Record<string, Setting>>;
  /** More of rmq-proxy.json, over the harness's own. */
  readonly proxy?: Readonly<Record<string, unknown>>;
  /** ACL 2.0, with `credentials` of a user who may do everything. */
  readonly accessControl?: boolean;
  /** The proxy takes nothing but TLS, with `certificate`. */
  readonly tls?: boolean;
  /** Megabytes. */
  readonly heap?: { readonly nameserver?: number; readonly broker?: number };
  /** Where the messages are. Without it they go when the server stops; with it they stay. */
  readonly data?: string;
  /** Milliseconds until the server counts as failed, default 120,000. */
  readonly startTimeout?: number;
}

export interface RocketMqConnection {
  /** Of the gRPC proxy, `host:port`. */
  readonly endpoints: string;
  /** Of the broker's remoting protocol. */
  readonly adminAddress: string;
  readonly credentials?: Credentials | undefined;
  /** The file of the authority that clients must trust. */
  readonly certificate?: string | undefined;
}

/** A RocketMQ for one process and as long as that lives. */
export async function startRocketMq(options: RocketMqOptions = {}): Promise<RocketMqServer> {
  return startRocketMqFor(ownTenancy('rocketmq'), options);
}

export async function startRocketMqFor(tenancy: Tenancy, options: RocketMqOptions): Promise<RocketMqServer> {
  try {
    const java = await requireJava();
    const jars = await fetchJars(rocketMq);
    mkdirSync(tenancy.folder, { recursive: true });
    const certificate = options.tls ? await makeCertificate(tenancy.folder) : undefined;
    return await withFreePorts(async () => startWith({ tenancy, options, java, jars, certificate }));
  } catch (error) {
    await tenancy.launcher.release();
    throw error;
  }
}

interface Preparation {
  readonly tenancy: Tenancy;
  readonly options: RocketMqOptions;
  readonly java: string;
  readonly jars: string;
  readonly certificate?: Certificate | undefined;
}

async function startWith({
  tenancy,
  options,
  java,
  jars,
  certificate,
}: Preparation): Promise<RocketMqServer> {
  const { folder } = tenancy;
  const settings = {
    folder,
    data: options.data ?? join(folder, 'data'),
    ports: await choosePorts(),
    broker: options.broker ?? {},
    proxy: options.proxy ?? {},
    credentials: options.accessControl ? { username: 'admin', password: randomUUID() } : undefined,
    certificate,
  };
  const files = writeConfiguration(settings);
  const processes = processesOf({
    java,
    jars,
    files,
    tenancy,
    ports: settings.ports,
    tls: options.tls ?? false,
    heap: options.heap ?? {},
  });
  const server = new RocketMqServer({ ...settings, tenancy, processes });
  await server.start(options.startTimeout);
  return server;
}

interface ServerSettings {
  readonly ports: RocketMqPorts;
  readonly credentials?: Credentials | undefined;
  readonly certificate?: Certificate | undefined;
  readonly tenancy: Tenancy;
  readonly processes: readonly ServerProcess[];
}

export class RocketMqServer extends RunningServer implements RocketMqConnection {
  readonly endpoints: string;
  readonly adminAddress: string;
  readonly nameserver: string;
  readonly credentials: Credentials | undefined;
  readonly certificate: string | undefined;
  /** A folder. */
  readonly logs: string;
  /** What makes another process's suites use this server. */
  readonly env: Readonly<Record<string, string>>;

  constructor({ ports, credentials, certificate, tenancy, processes }: ServerSettings) {
    const nameserver = `127.0.0.1:${ports.nameserver}`;
    const connection: RocketMqConnection = {
      endpoints: `127.0.0.1:${ports.grpc}`,
      adminAddress: `127.0.0.1:${ports.broker}`,
      credentials,
      certificate: certificate?.certificate,
    };
    super({ ...tenancy, processes, isReady: () => isReady(processes.at(-1)!, connection, nameserver) });
    this.endpoints = connection.endpoints;
    this.adminAddress = connection.adminAddress;
    this.nameserver = nameserver;
    this.credentials = credentials;
    this.certificate = connection.certificate;
    this.logs = tenancy.logs;
    this.env = {
      VARVE_ROCKETMQ_ENDPOINTS: this.endpoints,
      VARVE_ROCKETMQ_ADMIN: this.adminAddress,
      ...trusting(certificate),
    };
  }

  async admin(): Promise<RocketMqAdmin> {
    return connectAdmin(this);
  }
}

async function isReady(
  broker: ServerProcess,
  connection: RocketMqConnection,
  nameserver: string,
): Promise<boolean> {
  if (!broker.log().includes('rocketmq-proxy startup successfully')) return false;
  const admin = await connectAdmin(connection);
  try {
    // By itself the broker registers at the nameserver 10 s after its start; this update makes it do so at once.
    await admin.setBrokerConfig({ brokerPermission: 6 });
    await routeFromNameserver(nameserver, 'SELF_TEST_TOPIC');
    return true;
  } finally {
    admin.close();
  }
}

export async function connectAdmin(server: RocketMqConnection): Promise<RocketMqAdmin> {
  return RocketMqAdmin.connect(server.adminAddress, {
    credentials: server.credentials,
    tls: server.certificate !== undefined,
  });
}

async function choosePorts(): Promise<RocketMqPorts> {
  const ports = await freePorts(6);
  const [fast = 0, nameserver = 0, broker = fast + 2, grpc = 0, proxyRemoting = 0, highAvailability = 0] =
    ports;
  return { nameserver, broker, grpc, proxyRemoting, highAvailability };
}
