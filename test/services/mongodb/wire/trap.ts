import type { Document } from 'mongodb';
import type { WireCommand } from './messages.ts';

/** What happens to a command. */
export type WireFault =
  /** The connection breaks, and the server never hears of the command. */
  | { readonly does: 'cut' }
  /** The server does what it was asked, and the connection breaks in place of its answer. */
  | { readonly does: 'swallow' }
  /** The server never hears of the command, and this is the answer. */
  | { readonly does: 'answer'; readonly with: Document }
  /** The server does what it was asked, and this is made of its answer. */
  | { readonly does: 'rewrite'; readonly into: (reply: Document) => Document }
  /** The command waits before it goes to the server. */
  | { readonly does: 'delay'; readonly milliseconds: number }
  /** The command waits for `release` before it goes to the server. */
  | { readonly does: 'hold' }
  /** The server does what it was asked, and its answer waits for `release`. */
  | { readonly does: 'hold-answer' };

/** The server has done what it was asked, and says that a majority has not got it yet. */
export const unconfirmed: WireFault = {
  does: 'rewrite',
  into: (reply) => ({
    ...reply,
    writeConcernError: { code: 64, errmsg: 'waiting for replication timed out' },
  }),
};

export interface WireSelector {
  /** Such as `insert`; several, where any of them counts. */
  readonly command: string | readonly string[];
  readonly where?: (body: Document) => boolean;
  /** Which of those that match is the first to be caught, default 1. */
  readonly nth?: number;
  /** How many in a row are caught, default 1; Infinity for all that follow. */
  readonly times?: number;
}

/** Waits for certain commands, and hinders those that it was set for. */
export class Trap {
  readonly fault: WireFault;
  /** The commands that were hindered. */
  readonly caught: WireCommand[] = [];
  readonly released: Promise<undefined>;
  /** Lets go of what is held, now and later. */
  readonly release: () => void;
  readonly #selector: WireSelector;
  readonly #commands: readonly string[];
  #seen = 0;

  constructor(selector: WireSelector, fault: WireFault) {
    this.#selector = selector;
    this.#commands = [selector.command].flat();
    this.fault = fault;
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this.released = promise;
    this.release = () => resolve(undefined);
  }

  catches(command: WireCommand): boolean {
    const { where, nth = 1, times = 1 } = this.#selector;
    if (!this.#commands.includes(command.name) || where?.(command.body) === false) return false;
    this.#seen += 1;
    if (this.#seen < nth || this.#seen >= nth + times) return false;
    this.caught.push(command);
    return true;
  }
}
