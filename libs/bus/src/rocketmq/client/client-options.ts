import type { BaseClient } from 'rocketmq-client-nodejs';
import type { RocketMqSettings } from '../options.js';
import { GrpcChannels } from './grpc-channels.js';
import { TelemetryLinks } from './telemetry-links.js';

export interface ClientOptions {
  readonly settings: RocketMqSettings;
  /** A connection broke; it is opened again. */
  readonly onBroken: (error: unknown) => void;
}

const silent = (): void => undefined;
/** With `debug`: without, `commit()` (1.0.8) throws after the server has committed. Without any, the client writes into the home folder. */
export const logger = { info: silent, warn: silent, error: silent, debug: silent };

/** No topics: `startup()` (1.0.8) with two of them may wait for ever for settings that came before it listened. They are declared later. */
export function driverOptions({ endpoints, requestTimeout, credentials }: RocketMqSettings) {
  return {
    endpoints,
    namespace: '',
    requestTimeout,
    logger,
    ...(credentials === undefined ? {} : { sessionCredentials: liveCredentials(credentials) }),
  };
}

/** The client reads them anew for every request. */
function liveCredentials(current: NonNullable<RocketMqSettings['credentials']>) {
  return {
    get accessKey() {
      return current().accessKey;
    },
    get accessSecret() {
      return current().accessSecret;
    },
    get securityToken() {
      return current().securityToken!;
    },
  };
}

/** Replaces the client's connections and sessions by our own. */
export function harden(client: BaseClient, { settings, onBroken }: ClientOptions) {
  client.getRpcClientManager().close();
  const rpcClientManager = new GrpcChannels(client, logger, settings.tls);
  Object.assign(client, { rpcClientManager });
  return {
    channels: rpcClientManager,
    links: new TelemetryLinks({ client, timers: settings.timers, onBroken }),
  };
}
