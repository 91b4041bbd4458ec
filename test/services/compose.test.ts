import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { kafka, rocketMq } from './jars/distributions.ts';
import { brokerDefaults, proxyDefaults } from './rocketmq/configuration.ts';

const compose = readFileSync(new URL('../../compose.yaml', import.meta.url), 'utf8');

describe('compose.yaml', () => {
  it('has the versions that the suites run on without Docker', () => {
    const images = [...compose.matchAll(/image: apache\/(.+):(.+)/g)].map(
      ([, name, version]) => `${name}-${version}`,
    );

    expect(new Set(images)).toEqual(new Set([rocketMq.name, kafka.name]));
  });

  it('sets the broker and its proxy as the suites expect them', () => {
    const broker = [...compose.matchAll(/^ {6}(\w+)=(.+)$/gm)].map(([, key, value]) => [key, value]);
    const [, proxy = ''] = /rocketmq-proxy:\n +content: \|\n([^]+)$/.exec(compose) ?? [];

    expect(broker.length).toBeGreaterThan(8);
    for (const [key = '', value] of broker) {
      expect({ [key]: value }).toEqual({ [key]: String((brokerDefaults as Record<string, unknown>)[key]) });
    }
    expect(JSON.parse(proxy)).toEqual(proxyDefaults);
  });

  it('has a replica set whose members go by the addresses that clients outside of it use', () => {
    const servers = [...compose.matchAll(/mongod --replSet (\w+) .*--port (\d+)\n/g)];
    const ports = servers.map(([, , port]) => port);
    const [, uri = ''] = /MONGODB_URI='(.+)'/.exec(compose) ?? [];
    const [, members = ''] = /members: \[([\d, ]+)\]/.exec(compose) ?? [];
    const published = [...compose.matchAll(/- 127\.0\.0\.1:(2701\d):\1\n/g)].map(([, port]) => port);

    expect(servers.map(([, set]) => set)).toEqual(['varve', 'varve', 'varve']);
    expect(uri).toBe(`mongodb://${ports.map((port) => `127.0.0.1:${port}`).join(',')}/?replicaSet=varve`);
    expect(members.split(', ')).toEqual(ports);
    expect(published).toEqual(ports);
    expect(compose.match(/network_mode: service:mongodb-1$/gm)).toHaveLength(2);
  });
});
