import { once } from 'node:events';
import { connect } from 'node:tls';
import type { RocketMqSettings } from './options.js';

/**
 * Why TLS with one of the addresses fails, if that is why. gRPC answers every failed connection with UNAVAILABLE, and has the reason in its
 * text only; Node has a code for it.
 */
export async function certificateProblem(settings: RocketMqSettings): Promise<Error | undefined> {
  if (!settings.tls) return undefined;
  for (const address of settings.endpoints.split(';')) {
    const error = await shakeHands(address.trim(), settings);
    if (error && isAboutTls(error)) return error;
  }
  return undefined;
}

async function shakeHands(
  address: string,
  { tls, requestTimeout, timers }: RocketMqSettings,
): Promise<Error | undefined> {
  const [host = '', port = ''] = address.split(':');
  const bytes = (pem: string | Uint8Array | undefined) => (pem === undefined ? undefined : Buffer.from(pem));
  const socket = connect({
    host,
    port: Number(port),
    ca: bytes(tls?.ca),
    cert: bytes(tls?.certificate),
    key: bytes(tls?.key),
    ALPNProtocols: ['h2'],
    // An address is no server name.
    ...(/[a-z]/iu.test(host) ? { servername: host } : {}),
  });
  const tooLate = new AbortController();
  const cancel = timers.after(requestTimeout, () => tooLate.abort());
  try {
    await once(socket, 'secureConnect', { signal: tooLate.signal });
    return undefined;
  } catch (error) {
    return error as Error;
  } finally {
    cancel();
    socket.on('error', () => undefined).destroy();
  }
}

/** OpenSSL's names of what is wrong with a certificate, and Node's own codes. */
const ABOUT_TLS = /CERT|SIGNATURE|ISSUER|^ERR_SSL|^ERR_TLS|^EPROTO$/u;

function isAboutTls(error: Error): boolean {
  return 'code' in error && typeof error.code === 'string' && ABOUT_TLS.test(error.code);
}
