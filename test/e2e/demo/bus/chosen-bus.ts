import { Refusal } from '../refusal.ts';

export type BusName = 'rocketmq' | 'kafka';
export type Publication = 'relay' | 'two-phase';

export interface ChosenBus {
  readonly bus: BusName;
  readonly publication: Publication;
}

/** `undefined`: none was asked for. @throws Refusal */
export function chosenBus(bus: string | undefined, publication: string): ChosenBus | undefined {
  if (bus === undefined) return undefined;
  if (bus !== 'rocketmq' && bus !== 'kafka') throw new Refusal(`--bus is ${bus}: give rocketmq or kafka.`);
  if (publication !== 'relay' && publication !== 'two-phase')
    throw new Refusal(`--publication is ${publication}: give relay or two-phase.`);
  return { bus, publication };
}
