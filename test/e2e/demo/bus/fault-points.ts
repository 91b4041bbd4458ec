import { readCommitMessage, type Message, type TwoPhaseBus } from '@varve/bus';
import type { FaultPoint, Told } from './told.ts';

const POINTS: ReadonlySet<string> = new Set<FaultPoint>([
  'between prepare and append',
  'between append and commit',
  'between append and publish',
  'between publish and checkpoint',
]);

export interface Fault {
  readonly at: FaultPoint;
  readonly stream: string;
}

export function isFaultPoint(text: string): text is FaultPoint {
  return POINTS.has(text);
}

/** Puts the end of the process between two steps of a publication. */
export function plantFault(bus: TwoPhaseBus, { at, stream }: Fault, die: () => void): void {
  const publish = bus.publish.bind(bus);
  bus.publish = async (messages, options) => {
    const isHit = messages.some((message) => streamOf(message) === stream);
    if (isHit && at === 'between append and publish') die();
    await publish(messages, options);
    if (isHit && at === 'between publish and checkpoint') die();
  };
  if (!bus.capabilities.twoPhase) return;
  const prepare = bus.prepare.bind(bus);
  bus.prepare = async (message) => {
    const prepared = await prepare(message);
    if (streamOf(message) !== stream) return prepared;
    if (at === 'between prepare and append') die();
    return {
      commit: () => {
        if (at === 'between append and commit') die();
        return prepared.commit();
      },
      rollback: () => prepared.rollback(),
    };
  };
}

/** Tells what the log answers when the broker asks. */
export function reportCheckBacks(bus: TwoPhaseBus, tell: (event: Told) => void): void {
  if (!bus.capabilities.twoPhase) return;
  const onCheck = bus.onCheck.bind(bus);
  bus.onCheck = (topics, answer) =>
    onCheck(topics, async (message) => {
      const answered = await answer(message);
      tell({ kind: 'checked-back', stream: streamOf(message), answer: answered });
      return answered;
    });
}

function streamOf(message: Message): string {
  return readCommitMessage(message).stream;
}
