import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readCommitMessage, type CommitMessage, type Subscription } from '@varve/bus';
import type { Commit } from '@varve/eventstore';
import { SqliteEventStore } from '@varve/eventstore/sqlite';
import { Projector } from '@varve/projections';
import { SqliteReadModels } from '@varve/projections/sqlite';
import { accounts, foldOf, rowsOf } from '../faults/support/accounts.ts';
import { until } from '../support/until.ts';
import { nameOf } from './parties/name-of.ts';
import type { Command } from './parties/orders.ts';
import type { Trap } from './parties/traps.ts';
import { ProjectorParty, Service } from './party.ts';
import { patiently } from './patiently.ts';
import type { Stage } from './stage.ts';

/** On two cores, beside a broker that has just been started. */
const RARELY = { timeout: 120_000, interval: 50 };
/** The projector is to have everything from the bus, and only at the end from the log. */
const FAR_BEHIND = 600_000;
/** Answers that say nothing about what became of a command: it is sent again. */
const UNKNOWN: ReadonlySet<string> = new Set(['store-unavailable']);

export interface PartyOptions {
  readonly traps?: readonly Trap[];
  readonly relays?: boolean;
}

/** One story: a log, a topic and read models of its own, the processes that work on them, and somebody who sees all that is visible. */
export class World {
  readonly stage: Stage;
  readonly name: string;
  readonly folder: string;
  /** Everything that any consumer of the topic can see, as it came. */
  readonly visible: CommitMessage[] = [];
  readonly services: Service[] = [];
  readonly projectors: ProjectorParty[] = [];
  readonly #log: SqliteEventStore;
  readonly #readModels: SqliteReadModels;
  readonly #commands = new Map<string, Command>();
  #subscription: Subscription | undefined;
  #born = 0;

  private constructor(stage: Stage, name: string, opened: Opened) {
    this.stage = stage;
    this.name = name;
    this.folder = opened.folder;
    this.#log = opened.log;
    this.#readModels = opened.readModels;
  }

  static async open(stage: Stage): Promise<World> {
    const name = `story-${randomUUID().slice(0, 8)}`;
    const folder = mkdtempSync(join(tmpdir(), 'varve-faults-'));
    const log = await SqliteEventStore.open({ file: join(folder, 'log.db') });
    const readModels = await SqliteReadModels.open({ file: join(folder, 'read-models.db') });
    const world = new World(stage, name, { folder, log, readModels });
    await world.#begin();
    return world;
  }

  async service(options: PartyOptions = {}): Promise<Service> {
    const { broker, publication } = this.stage;
    const { traps = [], relays = true } = options;
    const common = { owner: this.#nextName('service'), broker, topic: this.name, logFile: this.#logFile };
    const service = Service.launch({ ...common, publication, relays, traps });
    this.services.push(service);
    this.stage.connect(service.child);
    return service.ready();
  }

  async projector({ traps = [] }: PartyOptions = {}): Promise<ProjectorParty> {
    const projector = ProjectorParty.launch({
      owner: this.#nextName('projector'),
      broker: this.stage.broker,
      topic: this.name,
      logFile: this.#logFile,
      readModelsFile: join(this.folder, 'read-models.db'),
      groupPrefix: `${this.name}-`,
      walkBehind: FAR_BEHIND,
      traps,
    });
    this.projectors.push(projector);
    this.stage.connect(projector.child);
    return projector.ready();
  }

  /** Two streams, of which one has more, and a command that is refused: its half message is rolled back. */
  commands(): readonly Command[] {
    const id = (): string => `${this.name}.${this.#commands.size + 1}`;
    const add = (stream: string, expected: Command['expected']): Command => {
      const command = { stream, expected, commitId: id(), cents: this.#commands.size + 1 };
      this.#commands.set(command.commitId, command);
      return command;
    };
    return [add('order-a', 'any'), add('order-b', 'any'), add('order-a', 'any'), add('order-b', 1_000)];
  }

  send(service: Service, commands = this.commands()): readonly Command[] {
    for (const command of commands) service.send(command);
    return commands;
  }

  /** What nobody has answered is sent again, under its id: whoever asked does not know what became of it. */
  sendAgain(service: Service): void {
    const answered = this.#outcomes();
    for (const [id, command] of this.#commands) if (!answered.has(id)) service.send(command);
  }

  outcomeOf({ commitId }: Command): string | undefined {
    return this.#outcomes().get(commitId);
  }

  /** Resolves when everything is answered, published, applied and decided. */
  async settled(): Promise<void> {
    await until(async () => (await this.#unsettled()) === undefined, {
      ...RARELY,
      what: 'everything to be answered, published, applied and decided',
    }).catch(async (error: unknown) => {
      throw this.#differs(`${String(error)}\n${(await this.#unsettled()) ?? ''}`);
    });
  }

  /** Asks again until every command has an answer that says what became of it. */
  async answeredAll(service: Service): Promise<void> {
    this.sendAgain(service);
    await until(() => this.#unanswered().length === 0, { ...RARELY, what: 'every answer' });
  }

  /** Resolves when the read model has everything that is in the log. */
  async appliedAll(): Promise<void> {
    await until(async () => (await this.#unapplied()) === undefined, {
      ...RARELY,
      what: 'everything applied',
    });
  }

  /** Resolves when everything in the log is visible. */
  async published(): Promise<void> {
    await until(async () => (await this.#unpublished()) === undefined, {
      ...RARELY,
      what: 'everything published',
    });
  }

  /**
   * The read model is the fold of the log, and stays so when the log is walked; what is visible is what the log has, and nothing else.
   *
   * @throws Error saying what differs
   */
  async verify(): Promise<void> {
    await this.#killAll();
    await this.compareVisible();
    await this.#compareRows('fed by the bus');
    const [log, readModels] = [this.#log, this.#readModels];
    const walker = new Projector({ log, readModels, projections: [accounts()], leaseDuration: 100 });
    await walker.runUntilCaughtUp();
    await walker.stop();
    await this.#compareRows('walked along the log');
    this.#compareAnswers(new Set((await this.#commits()).map(({ commitId }) => commitId)));
  }

  /** Also what has come since `verify`. */
  async compareVisible(): Promise<void> {
    const unpublished = await this.#unpublished();
    if (unpublished !== undefined) throw this.#differs(unpublished);
  }

  async close(): Promise<void> {
    await this.#killAll();
    await this.#subscription?.close();
    await this.#readModels.close();
    await this.#log.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** What every process has said, for whoever looks into a failure. */
  account(): string {
    return [...this.services, ...this.projectors].map((party) => party.account()).join('\n');
  }

  get #logFile(): string {
    return join(this.folder, 'log.db');
  }

  #nextName(role: string): string {
    this.#born += 1;
    return `${role} ${this.#born} of ${this.name}`;
  }

  async #begin(): Promise<void> {
    const { bus, publication } = this.stage;
    const kind = publication === 'two-phase' ? 'transactional' : 'ordered';
    const topics = [this.name];
    const groups = [`${this.name}-accounts`, `${this.name}-onlooker`];
    const plan = groups.map((name) => ({ name, topics, order: 'none' as const }));
    await patiently(() => bus.setup({ topics: [{ name: this.name, kind, lanes: 4 }], groups: plan }));
    const onlooker = { topics, group: `${this.name}-onlooker`, order: 'none' } as const;
    this.#subscription = await patiently(() =>
      bus.subscribe(onlooker, async (message) => {
        this.visible.push(readCommitMessage(message));
      }),
    );
  }

  async #unsettled(): Promise<string | undefined> {
    const unanswered = this.#unanswered();
    if (unanswered.length > 0) return `unanswered: ${unanswered.join(', ')}`;
    const open = this.openHalves();
    if (open.length > 0) return `undecided half messages: ${open.join(', ')}`;
    return (await this.#unpublished()) ?? this.#unapplied();
  }

  async #unpublished(): Promise<string | undefined> {
    const seen = new Set(this.visible.map(nameOf));
    const inLog = new Set((await this.#commits()).map(nameOf));
    // Nothing may be visible before it is in the log.
    const never = [...seen].filter((name) => !inLog.has(name));
    if (never.length > 0) throw this.#differs(`visible, and not in the log: ${never.join(', ')}`);
    const missing = [...inLog].filter((name) => !seen.has(name));
    return missing.length > 0 ? `not published: ${missing.join(', ')}` : undefined;
  }

  async #unapplied(): Promise<string | undefined> {
    const [rows, fold] = [await this.#rows(), await foldOf(this.#log)];
    const isEqual = JSON.stringify(rows) === JSON.stringify(fold);
    return isEqual ? undefined : `rows ${JSON.stringify(rows)}\nfold ${JSON.stringify(fold)}`;
  }

  /**
   * Half messages that wait for the broker's question. What an owner is dropping when it dies may have been dropped, and what is visible
   * already may have been committed, without anybody's hearing of it: neither is waited for.
   */
  openHalves(): readonly string[] {
    const stories = this.services.flatMap((service) => service.halves());
    const done = new Set(
      stories.map((story) => ('half' in story ? '' : 'dropping' in story ? story.dropping : story.decided)),
    );
    const isSeen = (half: string): boolean =>
      this.visible.some((one) => half.startsWith(`${nameOf(one)} of `));
    const halves = stories.flatMap((story) => ('half' in story ? story.half : []));
    return halves.filter((half) => !done.has(half) && !isSeen(half));
  }

  #unanswered(): readonly string[] {
    const outcomes = this.#outcomes();
    return [...this.#commands.keys()].filter((id) => !outcomes.has(id));
  }

  #outcomes(): ReadonlyMap<string, string> {
    const answers = this.services.flatMap((service) => service.answers());
    const known = answers.filter(({ outcome }) => !UNKNOWN.has(outcome));
    // Whoever asks again is told what the first append did.
    const appended = known.filter(({ outcome }) => outcome === 'appended');
    return new Map([...known, ...appended].map(({ answered, outcome }) => [answered, outcome]));
  }

  async #commits(): Promise<readonly Commit[]> {
    const all: Commit[] = [];
    for await (const { commits } of this.#log.readAll(0)) all.push(...commits);
    return all;
  }

  #rows() {
    return rowsOf(this.#readModels).catch((error: unknown) => String(error));
  }

  async #compareRows(how: string): Promise<void> {
    const [rows, fold] = [await this.#rows(), await foldOf(this.#log)];
    if (JSON.stringify(rows) === JSON.stringify(fold)) return;
    throw this.#differs(
      `${how}, the rows are ${JSON.stringify(rows)}, and the log is ${JSON.stringify(fold)}`,
    );
  }

  #compareAnswers(inLog: ReadonlySet<string | undefined>): void {
    for (const [id, outcome] of this.#outcomes()) {
      if (inLog.has(id) !== (outcome === 'appended'))
        throw this.#differs(`"${id}" was answered "${outcome}", and the log says otherwise`);
    }
  }

  #differs(what: string): Error {
    return new Error(`${what}\n${this.account()}`);
  }

  async #killAll(): Promise<void> {
    await Promise.all([...this.services, ...this.projectors].map((party) => party.kill()));
  }
}

interface Opened {
  readonly folder: string;
  readonly log: SqliteEventStore;
  readonly readModels: SqliteReadModels;
}
