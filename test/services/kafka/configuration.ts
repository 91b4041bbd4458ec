import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Certificate } from '../certificate.ts';
import { properties, type Setting } from '../properties.ts';
import type { Credentials } from '../tenancy.ts';

export interface KafkaPorts {
  readonly broker: number;
  readonly controller: number;
}

export interface KafkaSettings {
  readonly folder: string;
  readonly data: string;
  readonly ports: KafkaPorts;
  /** More of server.properties, over the harness's own. */
  readonly broker: Readonly<Record<string, Setting>>;
  /** Of the user who may do everything. */
  readonly credentials?: Credentials | undefined;
  readonly certificate?: Certificate | undefined;
}

/** One node that is broker and controller, quick to notice that a client or it itself is gone. */
const defaults = {
  'process.roles': 'broker,controller',
  'node.id': 1,
  'controller.listener.names': 'CONTROLLER',
  'num.network.threads': 1,
  'num.io.threads': 2,
  'offsets.topic.num.partitions': 4,
  'offsets.topic.replication.factor': 1,
  'transaction.state.log.num.partitions': 4,
  'transaction.state.log.replication.factor': 1,
  'transaction.state.log.min.isr': 1,
  'share.coordinator.state.topic.num.partitions': 1,
  'share.coordinator.state.topic.replication.factor': 1,
  'share.coordinator.state.topic.min.isr': 1,
  'group.initial.rebalance.delay.ms': 0,
  'group.min.session.timeout.ms': 1000,
  'auto.create.topics.enable': false,
  'broker.session.timeout.ms': 2000,
  'broker.heartbeat.interval.ms': 500,
  'log.cleaner.dedupe.buffer.size': 4 * 1024 * 1024,
  'log.cleaner.threads': 1,
} satisfies Record<string, Setting>;

/** Gives the file's name. */
export function writeConfiguration(settings: KafkaSettings): string {
  const { folder, data, ports, broker, credentials, certificate } = settings;
  mkdirSync(data, { recursive: true });
  const protocol = protocolOf(credentials !== undefined, certificate !== undefined);
  const values = {
    ...defaults,
    'controller.quorum.voters': `1@127.0.0.1:${ports.controller}`,
    listeners: `CLIENT://127.0.0.1:${ports.broker},CONTROLLER://127.0.0.1:${ports.controller}`,
    'advertised.listeners': `CLIENT://127.0.0.1:${ports.broker}`,
    'listener.security.protocol.map': `CONTROLLER:PLAINTEXT,CLIENT:${protocol}`,
    'inter.broker.listener.name': 'CLIENT',
    'log.dirs': data,
    ...(credentials ? accessControl(credentials) : {}),
    ...(certificate ? tls(certificate) : {}),
    ...broker,
  };
  const file = join(folder, 'server.properties');
  writeFileSync(file, properties(values));
  return file;
}

function protocolOf(hasUsers: boolean, hasTls: boolean): string {
  if (hasUsers) return hasTls ? 'SASL_SSL' : 'SASL_PLAINTEXT';
  return hasTls ? 'SSL' : 'PLAINTEXT';
}

function accessControl({ username, password }: Credentials): Record<string, Setting> {
  const login = 'org.apache.kafka.common.security';
  const admin = `username="${username}" password="${password}" user_${username}="${password}"`;
  return {
    'sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512',
    'sasl.mechanism.inter.broker.protocol': 'PLAIN',
    'listener.name.client.plain.sasl.jaas.config': `${login}.plain.PlainLoginModule required ${admin};`,
    'listener.name.client.scram-sha-256.sasl.jaas.config': `${login}.scram.ScramLoginModule required;`,
    'listener.name.client.scram-sha-512.sasl.jaas.config': `${login}.scram.ScramLoginModule required;`,
    'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
    // The controller's own listener knows no users.
    'super.users': `User:${username};User:ANONYMOUS`,
  };
}

function tls({ keyAndCertificate, certificate }: Certificate): Record<string, Setting> {
  return {
    'ssl.keystore.type': 'PEM',
    'ssl.keystore.location': keyAndCertificate,
    'ssl.truststore.type': 'PEM',
    'ssl.truststore.location': certificate,
  };
}
