import { connect, type Socket } from 'node:net';
import { scheduler } from 'node:timers/promises';
import {
  answeredBy,
  answerTo,
  commandOf,
  hasMoreToCome,
  idOf,
  MessageReader,
  replyOf,
  withKeys,
  type WireCommand,
} from './messages.ts';
import type { PretendedReplicaSet } from './pretended-replica-set.ts';
import type { Trap } from './trap.ts';

export interface Passage {
  readonly host: string;
  readonly port: number;
  readonly pretended: PretendedReplicaSet | undefined;
  /** Hears each command before the server does. */
  trapFor(command: WireCommand): Trap | undefined;
}

/** One connection of a driver, and the one to the server behind it. */
export class ProxiedConnection {
  readonly closed: Promise<unknown>;
  readonly #client: Socket;
  readonly #server: Socket;
  readonly #passage: Passage;
  readonly #waiting = new Map<number, (answer: Buffer) => void>();
  /** A driver sends its next command after an answer; what it sends without waiting for one stays in order. */
  #last: Promise<void> = Promise.resolve();

  constructor(client: Socket, passage: Passage) {
    this.#client = client;
    this.#passage = passage;
    this.#server = connect(passage.port, passage.host);
    this.closed = new Promise((resolve) => client.once('close', resolve));
    this.#listen();
  }

  /** As a broken network does: the driver gets ECONNRESET. */
  cut(): void {
    this.#client.resetAndDestroy();
    this.#server.destroy();
  }

  #listen(): void {
    const ends = () => this.cut();
    const fromClient = new MessageReader();
    const fromServer = new MessageReader();
    for (const socket of [this.#client, this.#server])
      socket.setNoDelay(true).on('error', ends).on('close', ends);
    const hear = (reader: MessageReader, take: (message: Buffer) => void) => (chunk: Buffer) => {
      try {
        reader.read(chunk).forEach(take);
      } catch {
        this.cut();
      }
    };
    const handle = (message: Buffer) => {
      this.#last = this.#last.then(async () => this.#handle(message)).catch(ends);
    };
    this.#client.on('data', hear(fromClient, handle));
    this.#server.on(
      'data',
      hear(fromServer, (message) => this.#take(message)),
    );
  }

  /** An answer that nobody waits for is the next of several to one question, as a replica set's members give to those who watch them. */
  #take(answer: Buffer): void {
    const request = answeredBy(answer);
    const waiting = this.#waiting.get(request);
    this.#waiting.delete(request);
    if (waiting) waiting(answer);
    else this.#client.write(answer);
  }

  async #handle(request: Buffer): Promise<void> {
    const command = commandOf(request);
    const trap = this.#passage.trapFor(command);
    if (trap?.fault.does === 'cut') {
      this.cut();
      return;
    }
    if (trap?.fault.does === 'answer') {
      this.#client.write(answerTo(request, trap.fault.with));
      return;
    }
    if (trap?.fault.does === 'delay') await scheduler.wait(trap.fault.milliseconds);
    if (trap?.fault.does === 'hold') await trap.released;
    if (hasMoreToCome(request)) {
      this.#server.write(request);
      return;
    }
    const answer = await this.#ask(request, command);
    if (trap?.fault.does === 'swallow') {
      this.cut();
      return;
    }
    if (trap?.fault.does === 'hold-answer') await trap.released;
    const isRewritten = trap?.fault.does === 'rewrite';
    this.#client.write(isRewritten ? answerTo(request, trap.fault.into(replyOf(answer))) : answer);
  }

  async #ask(request: Buffer, command: WireCommand): Promise<Buffer> {
    const { pretended } = this.#passage;
    const inItsPlace = pretended?.answer(command);
    if (inItsPlace) return answerTo(request, inItsPlace);
    const { promise, resolve } = Promise.withResolvers<Buffer>();
    this.#waiting.set(idOf(request), resolve);
    this.#server.write(pretended ? withKeys(request, (key) => pretended.shows(key)) : request);
    const answer = await promise;
    return pretended?.isGreeting(command) ? answerTo(request, pretended.greeting(replyOf(answer))) : answer;
  }
}
