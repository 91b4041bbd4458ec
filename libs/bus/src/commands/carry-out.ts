import {
  isEventStoreError,
  runWithContext,
  type AggregateRepository,
  type Commit,
  type CommandOptions,
  type EventSourced,
  type SaveResult,
  type StreamName,
} from '@varve/eventstore';
import {
  isSameCommand,
  metadataOf,
  type CommandAnswer,
  type CommandAnswers,
  type Refusal,
} from './command-answers.js';
import type { ReceivedCommand } from './command-message.js';
import type { Turns } from './turns.js';

/** What a command does to its aggregate. */
export interface CommandWork {
  /** Load, decide, append, with these options; throws what a rule forbids. */
  execute(options: CommandOptions): Promise<SaveResult>;
  /** Decides as `execute` does, and appends nothing: throws what a rule forbids. */
  rehearse(): Promise<unknown>;
}

/** What `carryOut` may be told beside the command. All of it may be left out. */
export interface CarryOutOptions {
  /**
   * Whether the aggregate says no, for good. Every other error is thrown, and the command stays open for the next try. Default: a rule
   * forbids it, an argument or its event is not valid, or its stream is closed.
   */
  readonly isRefusal?: (error: unknown) => boolean;
  /**
   * Shared by all commands on a bus that hands over several of one aggregate at once: those that its rules allow append one after the other
   * instead of meeting conflicts, and those that they forbid are refused together, many in one write. Default: each decides as it comes.
   */
  readonly turns?: Turns;
}

const REFUSALS: ReadonlySet<string> = new Set([
  'domain-rule-violated',
  'invalid-argument',
  'invalid-event',
  'stream-closed',
]);

const NOTHING_TO_DO: Refusal = { code: 'nothing-to-do', reason: 'The command changes nothing.' };

const TOO_LATE: Refusal = {
  code: 'commit-fenced',
  reason: 'The command came too late, and nothing was done. Send a new one with a new id.',
};

/** The commands on one aggregate, by its repository; `decide` may run several times, and has no effects of its own. */
export function onAggregate<A extends EventSourced>(
  repository: AggregateRepository<A>,
  id: string,
  decide: (aggregate: A) => unknown,
): CommandWork {
  return {
    execute: (options) => repository.execute(id, decide, options),
    rehearse: async () => decide(await repository.load(id)),
  };
}

/**
 * Carries a command out, once: accepted by the append, or refused for good. Handed over again, by whichever instance, it gets its first
 * answer; a crash at any step is completed by the next delivery. Rejects while the command has no answer: leave the message
 * unacknowledged then.
 */
export async function carryOut(
  command: ReceivedCommand,
  work: CommandWork,
  answers: CommandAnswers,
  { isRefusal = isRefusedByRule, turns }: CarryOutOptions = {},
): Promise<CommandAnswer> {
  const inTurn = turns ? workInTurn(work, command.stream, turns) : work;
  try {
    return await runWithContext(command.context, () => decided(command, inTurn, { answers, isRefusal }));
  } catch (error) {
    // Another command under this id has an answer, which stands; this one never gets one.
    if (isEventStoreError(error, 'commit-id-reused')) return answers.answerOf({ id: command.id });
    throw error;
  }
}

interface Judges {
  readonly answers: CommandAnswers;
  readonly isRefusal: (error: unknown) => boolean;
}

async function decided(
  command: ReceivedCommand,
  work: CommandWork,
  { answers, isRefusal }: Judges,
): Promise<CommandAnswer> {
  try {
    const result = await work.execute(optionsOf(command));
    if (result.outcome !== 'nothing') return { status: 'accepted', commit: result.commit };
  } catch (error) {
    if (isEventStoreError(error, 'commit-fenced')) return completed(command, work, { answers, isRefusal });
    if (isRefusal(error)) return answers.refuse(command, refusalOf(error));
    throw error;
  }
  return answers.refuse(command, NOTHING_TO_DO);
}

/** Somebody has fenced it; whether he lived to say why is seen in the log. */
async function completed(
  command: ReceivedCommand,
  work: CommandWork,
  { answers, isRefusal }: Judges,
): Promise<CommandAnswer> {
  const answer = await answers.answerOf(command);
  if (answer.status !== 'pending') return answer;
  return answers.refuse(command, await reasonOf(work, isRefusal));
}

/** What is refused needs no turn, nor does who comes after it have to wait: only what is to be appended does. */
function workInTurn(work: CommandWork, stream: StreamName, turns: Turns): CommandWork {
  return {
    execute: async (options) => {
      await work.rehearse();
      return turns.run(stream, () => work.execute(options));
    },
    rehearse: () => work.rehearse(),
  };
}

function optionsOf(command: ReceivedCommand): CommandOptions {
  return {
    commitId: command.id,
    metadata: metadataOf(command),
    isRepeat: ({ events }: Commit) => isSameCommand(command, events[0]?.metadata),
  };
}

async function reasonOf(work: CommandWork, isRefusal: (error: unknown) => boolean): Promise<Refusal> {
  try {
    await work.rehearse();
    return TOO_LATE;
  } catch (error) {
    if (isRefusal(error)) return refusalOf(error);
    throw error;
  }
}

function isRefusedByRule(error: unknown): boolean {
  return isEventStoreError(error) && REFUSALS.has(error.code);
}

/** A rule's name says more than that it is one. */
function refusalOf(error: unknown): Refusal {
  const { rule, code, message } = error as { rule?: unknown; code?: unknown; message?: unknown };
  const name = typeof rule === 'string' ? rule : code;
  return { code: typeof name === 'string' ? name : 'refused', reason: String(message ?? error) };
}
