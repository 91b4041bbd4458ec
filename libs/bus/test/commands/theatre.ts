import {
  AggregateRepository,
  DomainRuleError,
  EventRegistry,
  defineEvent,
  type AggregateDefinition,
  type EventStore,
  type RecordedEvent,
} from '@varve/eventstore';
import {
  CommandAnswers,
  carryOut,
  onAggregate,
  Turns,
  type CommandAnswer,
  type ReceivedCommand,
} from '@varve/bus';

export const opened = defineEvent<{ seats: number }>('theatre.opened');
const seated = defineEvent<{ guest: string }>('theatre.seated');

const registry = new EventRegistry([opened, seated]);

/** So many seats, first come, first served. */
export class Theatre {
  readonly uncommitted: object[] = [];
  seats: number | undefined;
  guests: string[] = [];

  getUncommittedEvents(): object[] {
    return this.uncommitted;
  }

  seat(guest: string): void {
    if (this.seats === undefined) throw new DomainRuleError('closed', 'The theatre is closed.');
    if (this.guests.includes(guest)) return;
    if (this.guests.length >= this.seats) throw new DomainRuleError('full', 'Every seat is taken.');
    this.uncommitted.push(seated.create({ guest }));
  }
}

const definition: AggregateDefinition<Theatre> = {
  category: 'theatre',
  create: () => new Theatre(),
  handlers: {
    'theatre.opened': (theatre, event) =>
      void (theatre.seats = (event as RecordedEvent<{ seats: number }>).data.seats),
    'theatre.seated': (theatre, event) =>
      void theatre.guests.push((event as RecordedEvent<{ guest: string }>).data.guest),
  },
};

export function aSeat(
  id: string,
  { guest = id, fingerprint }: { guest?: string; fingerprint?: string } = {},
): ReceivedCommand {
  return {
    ...{ id, type: 'theatre.seat', stream: 'theatre-1', data: { guest }, at: new Date(0) },
    context: { correlationId: id, causationId: id },
    ...(fingerprint !== undefined && { fingerprint }),
  };
}

export interface InstanceOptions {
  readonly inTurn?: boolean;
  readonly retries?: number;
  readonly answersFrom?: (log: EventStore) => CommandAnswers;
}

function rightAnswers(log: EventStore): CommandAnswers {
  return new CommandAnswers(log);
}

/** One process that carries commands out, on its way to the log. */
export class Instance {
  readonly answers: CommandAnswers;
  readonly #repository: AggregateRepository<Theatre>;
  readonly #turns: Turns | undefined;

  constructor(
    log: EventStore,
    { inTurn = false, retries = 10, answersFrom = rightAnswers }: InstanceOptions = {},
  ) {
    this.answers = answersFrom(log);
    const backoff = { wait: () => Promise.resolve(), retries };
    this.#repository = new AggregateRepository({ store: log, registry, definition, backoff });
    this.#turns = inTurn ? new Turns() : undefined;
  }

  carryOut(command: ReceivedCommand): Promise<CommandAnswer> {
    const { guest } = command.data as { guest: string };
    const work = onAggregate(this.#repository, '1', (theatre) => {
      theatre.seat(guest);
    });
    return carryOut(command, work, this.answers, this.#turns ? { turns: this.#turns } : {});
  }
}

export async function openTheatre(log: EventStore, seats: number): Promise<void> {
  await log.append('theatre-1', 'any', [opened.create({ seats })]);
}

export async function guestsOf(log: EventStore): Promise<readonly string[]> {
  const guests: string[] = [];
  for await (const { type, data } of log.readStream('theatre-1'))
    if (type === 'theatre.seated') guests.push((data as { guest: string }).guest);
  return guests;
}

export async function reasonsOf(log: EventStore, id: string): Promise<readonly unknown[]> {
  const reasons: unknown[] = [];
  for await (const { data } of log.readStream(`command-${id}`)) reasons.push(data);
  return reasons;
}

/** What somebody who asks is told, as text: what must never change. */
export function told(answer: CommandAnswer): string {
  if (answer.status === 'accepted') return `accepted at ${answer.commit.position}`;
  return answer.status === 'refused' ? `refused: ${answer.refusal.code}` : 'pending';
}
