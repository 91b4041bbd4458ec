import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Certificate } from '../certificate.ts';
import { properties, type Setting } from '../properties.ts';
import type { Credentials } from '../tenancy.ts';

export interface RocketMqPorts {
  readonly nameserver: number;
  readonly grpc: number;
  readonly proxyRemoting: number;
  /** The broker also takes the port two below it, for its "fast" listener. */
  readonly broker: number;
  readonly highAvailability: number;
}

export interface RocketMqSettings {
  readonly folder: string;
  readonly data: string;
  readonly ports: RocketMqPorts;
  readonly broker: Readonly<Record<string, Setting>>;
  readonly proxy: Readonly<Record<string, unknown>>;
  readonly credentials?: Credentials | undefined;
  readonly certificate?: Certificate | undefined;
}

export interface RocketMqFiles {
  readonly nameserver: string;
  readonly broker: string;
  readonly proxy: string;
}

/** What both servers and tests expect of each other: everything that is slow for production's sake is quick. */
export const brokerDefaults = {
  brokerClusterName: 'DefaultCluster',
  brokerName: 'broker-a',
  brokerId: 0,
  brokerIP1: '127.0.0.1',
  flushDiskType: 'ASYNC_FLUSH',
  mappedFileSizeCommitLog: 64 * 1024 * 1024,
  maxHashSlotNum: 100_000,
  maxIndexNum: 400_000,
  diskMaxUsedSpaceRatio: 99,
  enablePropertyFilter: true,
  recallMessageEnable: true,
  autoCreateTopicEnable: false,
  transactionCheckInterval: 1000,
  transactionTimeOut: 2000,
  transactionCheckMax: 1000,
  transactionOpBatchInterval: 200,
  // By default the whole timer wheel is written each second, which keeps a sixth of a core busy in an idle broker; each time takes it 0.4 s.
  timerFlushIntervalMs: 60_000,
  // A broker that has just started asks for the time, and nothing else, on one core, until so many milliseconds are over; 3000 by default.
  transactionMetricFlushInterval: 200,
} satisfies Record<string, Setting>;

export const proxyDefaults = {
  rocketMQClusterName: 'DefaultCluster',
  localServeAddr: '127.0.0.1',
  minInvisibleTimeMillsForRecv: 1000,
  grpcClientConsumerMinLongPollingTimeoutMillis: 1000,
  topicRouteServiceCacheRefreshSeconds: 1,
  topicRouteServiceCacheExpiredSeconds: 2,
};

export function writeConfiguration(settings: RocketMqSettings): RocketMqFiles {
  const { folder, ports, data } = settings;
  const files = {
    nameserver: join(folder, 'nameserver.conf'),
    broker: join(folder, 'broker.conf'),
    proxy: join(folder, 'proxy.json'),
  };
  mkdirSync(data, { recursive: true });
  writeFileSync(files.nameserver, properties({ listenPort: ports.nameserver, bindAddress: '127.0.0.1' }));
  writeFileSync(files.broker, properties(brokerSettings(settings)));
  writeFileSync(files.proxy, JSON.stringify(proxySettings(settings), null, 2));
  return files;
}

function brokerSettings({ data, ports, broker, credentials }: RocketMqSettings): Record<string, Setting> {
  return {
    ...brokerDefaults,
    namesrvAddr: `127.0.0.1:${ports.nameserver}`,
    listenPort: ports.broker,
    haListenPort: ports.highAvailability,
    storePathRootDir: data,
    storePathCommitLog: join(data, 'commitlog'),
    ...(credentials ? brokerAccessControl(credentials) : {}),
    ...broker,
  };
}

function proxySettings({
  ports,
  proxy,
  credentials,
  certificate,
}: RocketMqSettings): Record<string, unknown> {
  return {
    ...proxyDefaults,
    namesrvAddr: `127.0.0.1:${ports.nameserver}`,
    grpcServerPort: ports.grpc,
    remotingListenPort: ports.proxyRemoting,
    ...(credentials ? proxyAccessControl : {}),
    ...(certificate
      ? { tlsTestModeEnable: false, tlsKeyPath: certificate.key, tlsCertPath: certificate.certificate }
      : {}),
    ...proxy,
  };
}

const auth = 'org.apache.rocketmq.auth';
const accessControl = {
  authenticationEnabled: true,
  authenticationProvider: `${auth}.authentication.provider.DefaultAuthenticationProvider`,
  authorizationEnabled: true,
  authorizationProvider: `${auth}.authorization.provider.DefaultAuthorizationProvider`,
};

const proxyAccessControl = {
  ...accessControl,
  authenticationMetadataProvider: 'org.apache.rocketmq.proxy.auth.ProxyAuthenticationMetadataProvider',
  authorizationMetadataProvider: 'org.apache.rocketmq.proxy.auth.ProxyAuthorizationMetadataProvider',
};

function brokerAccessControl({ username, password }: Credentials): Record<string, Setting> {
  return {
    ...accessControl,
    authenticationMetadataProvider: `${auth}.authentication.provider.LocalAuthenticationMetadataProvider`,
    authorizationMetadataProvider: `${auth}.authorization.provider.LocalAuthorizationMetadataProvider`,
    initAuthenticationUser: JSON.stringify({ username, password }),
    innerClientAuthenticationCredentials: JSON.stringify({ accessKey: username, secretKey: password }),
  };
}
