import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Timers } from '@varve/eventstore';
import type { RocketMqCredentials, RocketMqTls } from '../options.js';

export interface RemotingOptions {
  readonly credentials?: (() => RocketMqCredentials) | undefined;
  readonly tls?: (RocketMqTls & { readonly verify?: boolean }) | undefined;
  /** Milliseconds for the connection, and for each answer. */
  readonly timeout: number;
  readonly timers: Timers;
}

export interface RemotingAnswer {
  readonly fields: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export type RemotingFields = Readonly<Record<string, string | number | boolean>>;

interface Header {
  readonly code: number;
  readonly opaque: number;
  readonly remark?: string | null;
  readonly extFields?: Readonly<Record<string, string>> | null;
}

/** All groups of a broker come as one answer. A web server's first four letters are 1.2 GB. */
const LARGEST_ANSWER = 256 * 1024 * 1024;

interface Waiting {
  readonly resolve: (answer: RemotingAnswer) => void;
  readonly reject: (error: Error) => void;
}

/** The broker's answer to a request that it refuses; codes of `ResponseCode`. */
export class RemotingRefusal extends Error {
  constructor(
    readonly responseCode: number,
    remark: string,
  ) {
    super(`${remark} (response code ${responseCode})`);
    this.name = 'RemotingRefusal';
  }
}

/**
 * The protocol of RocketMQ's brokers and of `mqadmin`, which the gRPC proxy does not speak: int32 length, int32 (serialisation << 24 | length
 * of the header), header in JSON, body. A signature is HMAC-SHA1 over the fields' values by name, and the body.
 */
export class RemotingConnection {
  readonly #socket: Socket;
  readonly #options: RemotingOptions;
  readonly #waiting = new Map<number, Waiting>();
  #received = Buffer.alloc(0);
  #lastOpaque = 0;

  private constructor(socket: Socket, options: RemotingOptions) {
    this.#socket = socket;
    this.#options = options;
    socket.on('data', (chunk: Buffer) => this.#receive(chunk));
    socket.on('error', (error) => this.#fail(error));
    socket.on('close', () => this.#fail(new Error('The connection was closed.')));
  }

  static async open(address: string, options: RemotingOptions): Promise<RemotingConnection> {
    const [host = '', port = ''] = address.split(':');
    const target = { host, port: Number(port) };
    const { tls } = options;
    const socket = tls ? connectTls({ ...target, ...secureOptions(tls, host) }) : connect(target);
    const tooLate = new AbortController();
    const cancel = options.timers.after(options.timeout, () => tooLate.abort());
    try {
      await once(socket, tls ? 'secureConnect' : 'connect', { signal: tooLate.signal });
    } catch (error) {
      socket.on('error', () => undefined).destroy();
      throw error;
    } finally {
      cancel();
    }
    return new RemotingConnection(socket, options);
  }

  call(code: number, fields: RemotingFields = {}, body = ''): Promise<RemotingAnswer> {
    const content = Buffer.from(body);
    const opaque = (this.#lastOpaque += 1);
    const texts = Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, String(value)]));
    const header = {
      code,
      language: 'JAVA',
      version: 477,
      opaque,
      flag: 0,
      serializeTypeCurrentRPC: 'JSON',
      extFields: this.#signed(texts, content),
    };
    return new Promise((resolve, reject) => {
      const { timers, timeout } = this.#options;
      const late = (): void => waiting.reject(new Error(`no answer within ${timeout} ms`));
      const cancel = timers.after(timeout, late);
      const end = (tell: () => void): void => {
        cancel();
        this.#waiting.delete(opaque);
        tell();
      };
      const waiting: Waiting = {
        resolve: (answer) => end(() => resolve(answer)),
        reject: (error) => end(() => reject(error)),
      };
      this.#waiting.set(opaque, waiting);
      this.#socket.write(frame(header, content));
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #signed(fields: Record<string, string>, body: Buffer): Record<string, string> {
    const credentials = this.#options.credentials?.();
    if (!credentials) return fields;
    const named: Record<string, string> = { ...fields, AccessKey: credentials.accessKey };
    if (credentials.securityToken !== undefined) named['SecurityToken'] = credentials.securityToken;
    const values = Object.keys(named)
      .sort()
      .map((key) => named[key]);
    const signature = createHmac('sha1', credentials.accessSecret).update(values.join('')).update(body);
    return { ...named, Signature: signature.digest('base64') };
  }

  #receive(chunk: Buffer): void {
    this.#received = Buffer.concat([this.#received, chunk]);
    try {
      while (this.#takeAnswer());
    } catch (cause) {
      this.#received = Buffer.alloc(0);
      this.#socket.destroy(new Error('what answers at "adminAddress" is no broker', { cause }));
    }
  }

  /** @throws SyntaxError it is no answer of a broker */
  #takeAnswer(): boolean {
    if (this.#received.length < 8) return false;
    const end = 4 + this.#received.readUInt32BE(0);
    const headerEnd = 8 + (this.#received.readInt32BE(4) & 0xff_ff_ff);
    if (headerEnd > end || end > LARGEST_ANSWER) throw new SyntaxError('It has lengths that cannot be.');
    if (this.#received.length < end) return false;
    const header = JSON.parse(this.#received.toString('utf8', 8, headerEnd)) as Header;
    const body = Buffer.from(this.#received.subarray(headerEnd, end));
    this.#received = this.#received.subarray(end);
    this.#answer(header, body);
    return true;
  }

  #answer({ code, opaque, remark, extFields }: Header, body: Buffer): void {
    const waiting = this.#waiting.get(opaque);
    if (code === 0) waiting?.resolve({ fields: extFields ?? {}, body });
    else waiting?.reject(new RemotingRefusal(code, (remark ?? '').split('\n')[0]?.slice(0, 300) ?? ''));
  }

  #fail(error: Error): void {
    for (const { reject } of [...this.#waiting.values()]) reject(error);
  }
}

function secureOptions(
  { ca, certificate, key, verify = true }: NonNullable<RemotingOptions['tls']>,
  host: string,
) {
  const bytes = (pem: string | Uint8Array | undefined) => (pem === undefined ? undefined : Buffer.from(pem));
  return {
    ca: bytes(ca),
    cert: bytes(certificate),
    key: bytes(key),
    rejectUnauthorized: verify,
    // An address is no server name.
    ...(/[a-z]/iu.test(host) ? { servername: host } : {}),
  };
}

function frame(header: object, body: Buffer): Buffer {
  const text = Buffer.from(JSON.stringify(header));
  const lengths = Buffer.alloc(8);
  lengths.writeInt32BE(4 + text.length + body.length, 0);
  lengths.writeInt32BE(text.length, 4);
  return Buffer.concat([lengths, text, body]);
}
