import type { BrokerAddress, Publication } from '../parties/orders.ts';
import { Stage } from '../stage.ts';
import { tellRandomStory } from './random-story.ts';
import { runStories, type Stories } from './run-stories.ts';

export interface SoakOptions extends Omit<Stories, 'tell' | 'again'> {
  readonly bus: BrokerAddress['kind'];
  readonly publication: Publication;
}

/** @throws Error at the first run whose end is not as it must be, saying how to tell it again */
export async function soak({ bus, publication, ...stories }: SoakOptions): Promise<void> {
  const stage = await Stage.open(bus, publication, stories.seed);
  try {
    await runStories({
      ...stories,
      async tell(_run, seed) {
        await tellRandomStory(stage, seed);
        return 'as it must be';
      },
      again: (run) =>
        `npm run faults -- --bus ${bus} --publication ${publication} --seed ${stories.seed} --run ${run}`,
    });
  } finally {
    await stage.close();
  }
}
