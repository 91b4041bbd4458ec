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
});
