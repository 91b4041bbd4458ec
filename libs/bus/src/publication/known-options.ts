import type { OptionKind } from '@varve/eventstore';
import { assertKnownOptions } from '../message/known-options.js';
import type { RelayOptions } from './relay/relay.js';
import type { TwoPhasePublisherOptions } from './two-phase/two-phase-publisher.js';

type AllOptions = RelayOptions & TwoPhasePublisherOptions;

const KNOWN: Readonly<Record<keyof Required<AllOptions>, OptionKind>> = {
  bus: 'object',
  categories: true,
  default: true,
  topics: 'object',
  pointers: true,
  log: 'object',
  store: 'object',
  owner: 'string',
  id: 'string',
  relay: 'string',
  sweepAfter: true,
  startFrom: ['beginning', 'from-now'],
  leaseDuration: true,
  batch: 'object',
  failurePolicy: true,
  whenUnreachable: true,
  prepareTimeout: true,
  fenceAfter: true,
  clock: 'function',
  now: 'function',
  timers: 'object',
  random: 'function',
  onEvent: 'function',
};

/**
 * A relay and a two-phase publisher are given the same, so each of them lets pass what only the other one reads.
 *
 * @throws InvalidBusOptionsError
 */
export function assertPublishingOptions(of: string, options: object): void {
  assertKnownOptions<AllOptions>(of, options, KNOWN);
}
