import { connect } from 'node:net';
import type { Socket } from 'node:net';

/** What came back: a status, or `closed` without one. */
export interface RawAnswer {
  readonly status: number | 'closed';
  readonly text: string;
}

/** One keep-alive connection on which requests are written as bytes and answers are read as they are framed. */
export class RawConnection {
  readonly #socket: Socket;
  #received = Buffer.alloc(0);
  #closed = false;
  #wake: () => void = () => undefined;

  constructor(port: number) {
    this.#socket = connect(port, '127.0.0.1');
    this.#socket.on('data', (chunk: Buffer) => {
      this.#received = Buffer.concat([this.#received, chunk]);
      this.#wake();
    });
    this.#socket.on('error', () => undefined);
    this.#socket.on('close', () => {
      this.#closed = true;
      this.#wake();
    });
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** @throws Error when nothing has come back in time: a hanging connection */
  async send(bytes: Buffer, { isHead, timeout }: { isHead: boolean; timeout: number }): Promise<RawAnswer> {
    this.#socket.write(bytes);
    const deadline = performance.now() + timeout;
    for (;;) {
      const answer = this.#takeAnswer(isHead);
      if (answer) return answer;
      if (this.#closed) return { status: 'closed', text: this.#received.toString('latin1') };
      const left = deadline - performance.now();
      if (left <= 0)
        throw new Error(`no answer in ${timeout} ms; received ${this.#received.toString('latin1')}`);
      await this.#more(left);
    }
  }

  destroy(): void {
    this.#socket.destroy();
  }

  async #more(milliseconds: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #takeAnswer(isHead: boolean): RawAnswer | undefined {
    const end = this.#received.indexOf('\r\n\r\n');
    if (end === -1) return undefined;
    const head = this.#received.subarray(0, end).toString('latin1');
    const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1]);
    const length =
      isHead || status === 204 || status === 304 ? 0 : Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
    const total = end + 4 + length;
    if (this.#received.length < total) return undefined;
    const text = this.#received.subarray(0, total).toString('utf8');
    this.#received = this.#received.subarray(total);
    if (status < 200) return this.#takeAnswer(isHead);
    return { status, text };
  }
}
