import { isSilent, type InstanceReport } from '@varve/bus';
import { printableLines, renderTable, since } from '../terminal/render.js';

export interface PublishingInstance extends InstanceReport {
  readonly bus: string;
  /** It has not reported for longer than it ever should: its figures are its last words, and are in no total. */
  readonly isSilent: boolean;
}

/** Of the instances that are not silent. */
export interface PublicationTotals {
  readonly instances: number;
  readonly prepared: number;
  readonly inDoubt: number;
  readonly leftToSweep: number;
  readonly unconfirmed: number;
  readonly swept: number;
  readonly commitsPerSecond: number;
}

interface Row extends Omit<PublicationTotals, 'instances'> {
  readonly name: string;
  readonly bus?: string;
  readonly told?: string;
  readonly relay?: string;
}

export function publishingInstances(
  bus: string,
  reports: readonly InstanceReport[],
): readonly PublishingInstance[] {
  return reports.map((report) => ({ bus, ...report, isSilent: isSilent(report) }));
}

export function totalOf(instances: readonly PublishingInstance[]): PublicationTotals {
  const heard = instances.filter((each) => !each.isSilent);
  const none = { prepared: 0, inDoubt: 0, leftToSweep: 0, unconfirmed: 0, swept: 0, commitsPerSecond: 0 };
  const sum = heard.map(figuresOf).reduce(
    (total, each) => ({
      prepared: total.prepared + each.prepared,
      inDoubt: total.inDoubt + each.inDoubt,
      leftToSweep: total.leftToSweep + each.leftToSweep,
      unconfirmed: total.unconfirmed + each.unconfirmed,
      swept: total.swept + each.swept,
      commitsPerSecond: total.commitsPerSecond + each.commitsPerSecond,
    }),
    none,
  );
  return { instances: heard.length, ...sum };
}

export function describeInstances(instances: readonly PublishingInstance[], columns?: number): string {
  if (instances.length === 0) return 'No instance that publishes is running.';
  const table = renderTable<Row>(
    [
      { title: 'INSTANCE', of: ({ name }) => name, clip: true },
      { title: 'BUS', of: ({ bus }) => bus ?? '' },
      { title: 'SAID', of: ({ told }) => told ?? '' },
      { title: 'RELAY', of: ({ relay }) => relay ?? '' },
      { title: 'PREPARED', of: ({ prepared }) => prepared, align: 'right' },
      { title: 'IN DOUBT', of: ({ inDoubt }) => inDoubt, align: 'right' },
      { title: 'LEFT TO SWEEP', of: ({ leftToSweep }) => leftToSweep, align: 'right' },
      { title: 'UNCONFIRMED', of: ({ unconfirmed }) => unconfirmed, align: 'right' },
      { title: 'SWEPT', of: ({ swept }) => swept, align: 'right' },
      { title: 'COMMITS/S', of: ({ commitsPerSecond }) => commitsPerSecond, align: 'right' },
    ],
    [...instances.map(rowOf), totalRow(totalOf(instances))],
    columns,
  );
  return [table, ...instances.flatMap(describeError)].join('\n');
}

function rowOf(instance: PublishingInstance): Row {
  const told = since(instance.at);
  return {
    name: instance.instance,
    bus: instance.bus,
    told: instance.isSilent ? `${told}: silent` : told,
    relay: instance.relay.state,
    ...figuresOf(instance),
  };
}

function totalRow({ instances, ...total }: PublicationTotals): Row {
  return { name: `total of ${instances}`, ...total };
}

function figuresOf({
  relay,
  twoPhase,
  commitsPerSecond,
}: InstanceReport): Omit<PublicationTotals, 'instances'> {
  return {
    prepared: twoPhase?.prepared ?? 0,
    inDoubt: twoPhase?.leftInDoubt ?? 0,
    leftToSweep: twoPhase?.leftToSweep ?? 0,
    unconfirmed: relay.unconfirmed,
    swept: relay.swept,
    commitsPerSecond,
  };
}

function describeError({ instance, lastError }: PublishingInstance): readonly string[] {
  if (!lastError) return [];
  const { code, message, at } = lastError;
  return [printableLines(`${instance}: last error, ${since(at)}: ${code}: ${message}`)];
}
