import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { ServiceError } from '../service-error.ts';
import type { Credentials } from '../tenancy.ts';

export interface RemotingOptions {
  readonly credentials?: Credentials | undefined;
  readonly tls?: boolean | undefined;
  /** Milliseconds for the connection and for each answer, default 10,000. */
  readonly timeout?: number;
}

export interface Answer {
  readonly fields: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

interface Header {
  readonly code: number;
  readonly opaque: number;
  readonly remark?: string | null;
  readonly extFields?: Readonly<Record<string, string>> | null;
}

interface Waiting {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
}

/** A refusal by the server, with its code. */
export class RemotingRefusal extends ServiceError {
  readonly responseCode: number;

  constructor(responseCode: number, request: number, remark: string) {
    super('broker-refused', `Request ${request} was answered with code ${responseCode}: ${remark}`);
    this.responseCode = responseCode;
  }
}

/**
 * RocketMQ's own protocol with JSON headers:
 * int32 length, int32 (serialisation << 24 | header length), header, body.
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

  static async open(address: string, options: RemotingOptions = {}): Promise<RemotingConnection> {
    const [host = '127.0.0.1', port = ''] = address.split(':');
    const target = { host, port: Number(port) };
    // The broker makes up a certificate of its own for this protocol, which no client can know.
    const socket = options.tls ? connectTls({ ...target, rejectUnauthorized: false }) : connect(target);
    try {
      const signal = AbortSignal.timeout(options.timeout ?? 10_000);
      await once(socket, options.tls ? 'secureConnect' : 'connect', { signal });
    } catch (error) {
      socket.on('error', () => undefined).destroy();
      throw error;
    }
    return new RemotingConnection(socket, options);
  }

  async call(
    code: number,
    fields: Readonly<Record<string, string | number | boolean>> = {},
    body: string | Buffer = '',
  ): Promise<Answer> {
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
      const timeout = this.#options.timeout ?? 10_000;
      const timer = setTimeout(() => {
        this.#waiting.delete(opaque);
        reject(new Error(`Request ${code} was not answered within ${timeout} ms.`));
      }, timeout);
      this.#waiting.set(opaque, { resolve, reject, timer });
      this.#socket.write(frame(header, content));
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #signed(fields: Record<string, string>, body: Buffer): Record<string, string> {
    const { credentials } = this.#options;
    if (!credentials) return fields;
    const named: Record<string, string> = { ...fields, AccessKey: credentials.username };
    const values = Object.keys(named)
      .sort()
      .map((key) => named[key]);
    const signature = createHmac('sha1', credentials.password).update(values.join('')).update(body);
    return { ...named, Signature: signature.digest('base64') };
  }

  #receive(chunk: Buffer): void {
    this.#received = Buffer.concat([this.#received, chunk]);
    while (this.#received.length >= 4) {
      const end = 4 + this.#received.readInt32BE(0);
      if (this.#received.length < end) return;
      const headerEnd = 8 + (this.#received.readInt32BE(4) & 0xff_ff_ff);
      const header = JSON.parse(this.#received.toString('utf8', 8, headerEnd)) as Header;
      const body = Buffer.from(this.#received.subarray(headerEnd, end));
      this.#received = this.#received.subarray(end);
      this.#answer(header, body);
    }
  }

  #answer({ code, opaque, remark, extFields }: Header, body: Buffer): void {
    const waiting = this.#waiting.get(opaque);
    if (!waiting) return;
    this.#waiting.delete(opaque);
    clearTimeout(waiting.timer);
    if (code === 0) waiting.resolve({ fields: extFields ?? {}, body });
    else waiting.reject(new RemotingRefusal(code, opaque, (remark ?? '').slice(0, 500)));
  }

  #fail(error: Error): void {
    for (const { reject, timer } of this.#waiting.values()) {
      clearTimeout(timer);
      reject(error);
    }
    this.#waiting.clear();
  }
}

function frame(header: object, body: Buffer): Buffer {
  const text = Buffer.from(JSON.stringify(header));
  const lengths = Buffer.alloc(8);
  lengths.writeInt32BE(4 + text.length + body.length, 0);
  lengths.writeInt32BE(text.length, 4);
  return Buffer.concat([lengths, text, body]);
}
