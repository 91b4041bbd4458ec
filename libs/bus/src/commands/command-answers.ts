import {
  CommitIdReusedError,
  defineEvent,
  MAX_STREAM_NAME_BYTES,
  type Commit,
  type CommitHeader,
  type EventMetadata,
  type EventStore,
  type StreamName,
} from '@varve/eventstore';
import { assertKnownOptions } from '../message/known-options.js';
import type { Command } from './command.js';

/** Why a command was not carried out, for programs and for people. */
export interface Refusal {
  readonly code: string;
  readonly reason: string;
}

/** What became of a command. The first answer stands: `accepted` and `refused` never change. */
export type CommandAnswer =
  /** It was not decided yet, or there never was such a command: only the log is asked. */
  | { readonly status: 'pending' }
  | { readonly status: 'accepted'; readonly commit: CommitHeader }
  | { readonly status: 'refused'; readonly refusal: Refusal; readonly at: Date };

/** What `CommandAnswers` takes beside the log: the same in all apps that carry out commands or ask about them. */
export interface CommandAnswersOptions {
  /** Of the streams that keep the reasons of refusals, `command-<id>`, or `command-<SHA-256>` for an id too long for that. Default `command`; nobody else writes to it. */
  readonly category?: string;
}

/** Who asks about a command: with a fingerprint, an answer to another command under the same id is none. */
export type Asked = Pick<Command, 'id' | 'fingerprint'>;

/** Why a command was refused, in a stream of its own. */
export const commandRefused = defineEvent<Refusal>('command.refused');

/** Where an event of an accepted command, or of its refusal, has the command's fingerprint. */
const FINGERPRINT = 'commandFingerprint';

/**
 * The answers to commands, all of them in the log: an accepted command is the commit under its id; a refused one is a fence, with the reason
 * in a stream of its own. Any instance can tell them, at any time.
 */
export class CommandAnswers {
  readonly #category: string;

  constructor(
    private readonly log: EventStore,
    options: CommandAnswersOptions = {},
  ) {
    assertKnownOptions<CommandAnswersOptions>('the answers to commands', options, { category: 'string' });
    this.#category = options.category ?? 'command';
  }

  /**
   * What became of the command. Between the fence and the reason it is `pending`: a refusal is told whole or not at all.
   *
   * @throws CommitIdReusedError the answer is to another command under this id
   */
  async answerOf(asked: Asked): Promise<CommandAnswer> {
    const found = await this.log.findCommit(asked.id);
    if (found.outcome === 'absent') return { status: 'pending' };
    return found.outcome === 'committed' ? this.#accepted(asked, found.commit) : this.#refused(asked);
  }

  /**
   * Refuses a command for good, unless it has an answer already: answers what stands. First the fence, then the reason, so that no append
   * can come after a refusal that was told; who dies in between leaves a fence, and whoever comes next records a reason behind it.
   *
   * @throws CommitIdReusedError the answer is to another command under this id
   */
  async refuse(asked: Asked, refusal: Refusal): Promise<CommandAnswer> {
    const fenced = await this.log.fence(asked.id);
    if (fenced.outcome === 'committed') return this.#accepted(asked, fenced.commit);
    const { code, reason } = refusal;
    const event = commandRefused.create({ code, reason }, metadataOf(asked));
    const recorded = await this.log.append(await this.#streamOf(asked.id), 'no-stream', [event]);
    // The reason that was there before: the first one stands, also among instances that refuse at once.
    if (!recorded.ok) return this.#refused(asked);
    return { status: 'refused', refusal: { code, reason }, at: recorded.commit.at };
  }

  #accepted(asked: Asked, { events, ...commit }: Commit): CommandAnswer {
    assertAnswers(asked, commit.stream, events[0]?.metadata);
    return { status: 'accepted', commit };
  }

  async #refused(asked: Asked): Promise<CommandAnswer> {
    const stream = await this.#streamOf(asked.id);
    for await (const { data, at, metadata } of this.log.readStream(stream, { limit: 1 })) {
      assertAnswers(asked, stream, metadata);
      return { status: 'refused', refusal: data as Refusal, at };
    }
    return { status: 'pending' };
  }

  /** 256 characters, which an id may have, are up to 768 bytes: without a name for its reason such a command was fenced and never answered. */
  async #streamOf(id: string): Promise<StreamName> {
    const stream = `${this.#category}-${id}`;
    const bytes = new TextEncoder().encode(stream);
    return bytes.length <= MAX_STREAM_NAME_BYTES ? stream : `${this.#category}-${await digestOf(bytes)}`;
  }
}

async function digestOf(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** What the events of an accepted command say about it. */
export function metadataOf({ fingerprint }: Asked): EventMetadata {
  return fingerprint === undefined ? {} : { [FINGERPRINT]: fingerprint };
}

export function isSameCommand({ fingerprint }: Asked, metadata: EventMetadata = {}): boolean {
  return fingerprint === undefined || metadata[FINGERPRINT] === fingerprint;
}

function assertAnswers(asked: Asked, stream: StreamName, metadata: EventMetadata | undefined): void {
  if (!isSameCommand(asked, metadata)) throw new CommitIdReusedError(asked.id, stream);
}
