import type { Timers } from '@varve/eventstore';
import type { BaseClient } from 'rocketmq-client-nodejs';
import { TelemetryCommand } from './driver.js';
import { TimeoutError } from '../timeout-error.js';
import { StatusError } from './status-error.js';

type Endpoints = Parameters<BaseClient['createTelemetryStream']>[0];
type Stream = ReturnType<BaseClient['createTelemetryStream']>;
type Command = Parameters<BaseClient['telemetry']>[1];

const REOPEN_AFTER = 1000;

export interface TelemetryLinkOptions {
  readonly client: BaseClient;
  readonly endpoints: Endpoints;
  readonly timers: Timers;
  readonly onBroken: (error: Error) => void;
}

interface Waiting {
  readonly answers: number;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/**
 * The stream on which client and server tell each other their settings, and on which the server asks about half messages; opened again
 * whenever it breaks. The client's own session (1.0.8) goes on opening it after a shutdown, loses errors that come in between, and cannot be
 * asked whether the server has agreed to the settings.
 */
export class TelemetryLink {
  readonly #options: TelemetryLinkOptions;
  readonly #waiting = new Set<Waiting>();
  #stream: Stream | undefined;
  #cancelReopening: (() => void) | undefined;
  #isDeclared = false;
  #isClosed = false;
  #asked = 0;
  #answered = 0;

  constructor(options: TelemetryLinkOptions) {
    this.#options = options;
  }

  /** Resolves when the server has taken the settings. */
  async declare(timeout: number): Promise<void> {
    this.#isDeclared = true;
    await new Promise<void>((resolve, reject) => {
      const cancel = this.#options.timers.after(timeout, () => end(() => reject(new TimeoutError(timeout))));
      const end = (tell: () => void): void => {
        cancel();
        this.#waiting.delete(waiting);
        tell();
      };
      this.#sendSettings();
      const waiting: Waiting = {
        answers: this.#asked,
        resolve: () => end(resolve),
        reject: (error) => end(() => reject(error)),
      };
      this.#waiting.add(waiting);
    });
  }

  /** Called by the client for every address that a route brings: nothing to say before the first `declare`. */
  syncSettings(): void {
    if (this.#isDeclared) this.#sendSettings();
  }

  write(command: Command): void {
    if (!this.#isClosed) this.#open().write(command);
  }

  /** The server asks for a new stream. */
  refresh(): void {
    this.#drop();
    this.#reopen();
  }

  release(): void {
    this.#isClosed = true;
    this.#cancelReopening?.();
    this.#drop();
    this.#fail(new Error('The client was shut down.'));
  }

  #sendSettings(): void {
    const stream = this.#open();
    this.#asked += 1;
    stream.write(this.#options.client.settingsCommand());
  }

  #open(): Stream {
    if (this.#stream) return this.#stream;
    this.#asked = 0;
    this.#answered = 0;
    const stream = this.#options.client.createTelemetryStream(this.#options.endpoints);
    this.#stream = stream;
    stream.on('data', (command: Command) => this.#receive(command));
    stream.on('error', (error) => this.#broke(stream, error));
    stream.on('end', () => this.#broke(stream, new Error('The server ended the telemetry stream.')));
    return stream;
  }

  #receive(command: Command): void {
    const { client, endpoints } = this.#options;
    const { CommandCase } = TelemetryCommand;
    switch (command.getCommandCase()) {
      case CommandCase.SETTINGS:
        client.onSettingsCommand(endpoints, command.getSettings()!);
        this.#agreed();
        break;
      case CommandCase.RECOVER_ORPHANED_TRANSACTION_COMMAND:
        client.onRecoverOrphanedTransactionCommand(
          endpoints,
          command.getRecoverOrphanedTransactionCommand()!,
        );
        break;
      case CommandCase.VERIFY_MESSAGE_COMMAND:
        client.onVerifyMessageCommand(endpoints, command.getVerifyMessageCommand()!);
        break;
      case CommandCase.PRINT_THREAD_STACK_TRACE_COMMAND:
        client.onPrintThreadStackTraceCommand(endpoints, command.getPrintThreadStackTraceCommand()!);
        break;
      case CommandCase.RECONNECT_ENDPOINTS_COMMAND:
        this.refresh();
        break;
      default:
        this.#fail(StatusError.from(command.getStatus()));
        break;
    }
  }

  #agreed(): void {
    this.#answered += 1;
    for (const { answers, resolve } of this.#waiting) {
      if (answers <= this.#answered) resolve();
    }
  }

  #fail(error: Error): void {
    for (const { reject } of this.#waiting) reject(error);
  }

  #broke(stream: Stream, error: Error): void {
    if (stream !== this.#stream) return;
    this.#drop();
    this.#options.onBroken(error);
    this.#fail(error);
    this.#cancelReopening?.();
    this.#cancelReopening = this.#options.timers.after(REOPEN_AFTER, () => this.#reopen());
  }

  #reopen(): void {
    if (!this.#isClosed) this.syncSettings();
  }

  #drop(): void {
    const stream = this.#stream;
    this.#stream = undefined;
    // Not by end(), for which a frozen server keeps the connection. The listeners stay: an error without one ends the process.
    stream?.cancel();
  }
}
