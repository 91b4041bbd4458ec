import { isSilent } from '@varve/bus';
import { messageOf } from '@varve/eventstore';
import { administrationOf, type CliBus } from '../bus/buses.js';
import type { OpenedPublication } from '../../nest/opened-buses.js';
import type { Finding } from './doctor.js';
import { strangeCategory } from './doctor-categories.js';
import { describeSilence, isTaken, LeaseWatch, type TakenLeases } from './lease-watch.js';

/** Whether the broker answers, has what the app needs, and keeps messages that somebody must look at. */
export async function examineBus(one: CliBus, signal: AbortSignal): Promise<readonly Finding[]> {
  const subject = `bus ${one.name}`;
  const health = await one.bus.health();
  if (!health.up) return [{ level: 'problem', subject, message: messageOf(health.error) }];
  try {
    return [
      { level: 'ok', subject, message: one.bus.description },
      ...(await examineTopology(one)),
      ...(await examineDeadLetters(one)),
      ...(await examinePublication(one, signal)),
      ...(await examinePublished(one)),
    ];
  } catch (error) {
    return [{ level: 'problem', subject, message: messageOf(error) }];
  }
}

async function examineTopology(one: CliBus): Promise<readonly Finding[]> {
  const problems = (await administrationOf(one)?.inspect(await one.topology())) ?? [];
  return problems.map(({ subject, problem, whatToDo }) => ({
    level: 'problem',
    subject: `bus ${one.name}, ${subject}`,
    message: `${problem}\n${whatToDo}`,
  }));
}

const ENOUGH = 100;

async function examineDeadLetters({ bus, groups }: CliBus): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const { name } of groups) {
    const { length } = await bus.deadLetters(name).list({ limit: ENOUGH });
    if (length === 0) continue;
    const count = length < ENOUGH ? `${length}` : `${ENOUGH} or more`;
    const message = `${count} dead letters: see "varve dead-letters list ${name}"`;
    findings.push({ level: 'warning', subject: `group ${name}`, message });
  }
  return findings;
}

async function examinePublication(
  { name, publication }: CliBus,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  if (!publication) return [];
  const subject = `publication on ${name}`;
  const watch = await LeaseWatch.begin(takenOf(publication));
  const silent = await watch.silentFor(publication.leaseDuration, signal);
  const { relay, position, head, instances = [] } = await publication.report();
  const behind = Math.max(0, head - position);
  if (relay?.state === 'stopped') {
    const message = `stopped: ${relay.reason ?? 'no reason recorded'}\nMend it, then "varve publication resume"`;
    return [{ level: 'problem', subject, message }];
  }
  if (relay?.state === 'paused') {
    return [{ level: 'warning', subject, message: 'paused: "varve publication resume" goes on' }];
  }
  if (behind > 0 && relay?.owner === undefined) {
    const message = `${behind} commits behind, and nobody relays them: start an instance`;
    return [{ level: 'warning', subject, message }];
  }
  const reached = `at position ${position} of ${head}`;
  if (silent.size > 0) {
    const message = `${reached}, but ${describeSilence(publication.leaseDuration)}\nStart an instance: it takes over`;
    return [{ level: 'warning', subject, message }];
  }
  const refused = instances.find(
    (one) => one.instance === relay?.owner && one.relay.state === 'unavailable' && !isSilent(one),
  )?.lastError;
  if (behind > 0 && refused) {
    const message = `${reached}, and it cannot go on: ${refused.code}: ${refused.message}`;
    return [{ level: 'problem', subject, message }];
  }
  return [{ level: 'ok', subject, message: reached }];
}

/** What is misspelled there is published as all others are, and no error tells. */
async function examinePublished({ name, publication }: CliBus): Promise<readonly Finding[]> {
  const strange = (await publication?.strangeCategories()) ?? [];
  return strange.map((category) => strangeCategory(`publication on ${name}`, category));
}

function takenOf(publication: OpenedPublication): TakenLeases {
  return async () => {
    const relay = await publication.lease();
    return new Map(relay && isTaken(relay) ? [['relay', relay]] : []);
  };
}
