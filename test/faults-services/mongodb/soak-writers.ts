import type { FinishedRuns } from '../soak/finished-runs.ts';
import { runStories } from '../soak/run-stories.ts';
import { MongoStage, type StoryServer } from './mongo-stage.ts';
import { ROUNDS_PER_STORY, tellWritersStory } from './writers-story.ts';

export interface WritersSoak {
  readonly seed: number;
  /** Numbers of stories; each is one log, in which something fails `ROUNDS_PER_STORY` times. */
  readonly runs: readonly number[];
  readonly finished?: FinishedRuns;
  readonly print?: (line: string) => void;
}

/** As many stories as it takes for something to fail `rounds` times. */
export function storiesFor(rounds: number): readonly number[] {
  return Array.from({ length: Math.ceil(rounds / ROUNDS_PER_STORY) }, (_, run) => run);
}

/** @throws Error at the first story whose end is not as it must be, saying how to tell it again */
export async function soakWriters({ seed, runs, finished, print }: WritersSoak): Promise<void> {
  const stage = new MongoStage();
  const tell = async (run: number, storySeed: number): Promise<string> => {
    const { server, writers } = castOf(run);
    const { commits, faults, unknown } = await tellWritersStory(stage, { server, writers, seed: storySeed });
    return `${server}, ${writers} writers, ${commits} commits, ${unknown} unknown outcomes; ${faults.join(', ')}`;
  };
  const again = (run: number): string => `npm run faults -- --store mongodb --seed ${seed} --run ${run}`;
  try {
    await runStories({ seed, runs, tell, again, ...(finished && { finished }), ...(print && { print }) });
  } finally {
    await stage.close();
  }
}

/** The first of them are quick. FerretDB reads whole collections, for one client after the other: several writers there take their time. */
const casts: readonly { readonly server: StoryServer; readonly writers: number }[] = [
  { server: 'ferretdb', writers: 1 },
  { server: 'mongo-java-server', writers: 4 },
  { server: 'ferretdb', writers: 1 },
  { server: 'mongo-java-server', writers: 8 },
  { server: 'mongo-java-server', writers: 2 },
  { server: 'ferretdb', writers: 1 },
  { server: 'mongo-java-server', writers: 1 },
  { server: 'mongo-java-server', writers: 4 },
  { server: 'ferretdb', writers: 2 },
  { server: 'ferretdb', writers: 4 },
  { server: 'ferretdb', writers: 8 },
];

function castOf(run: number): (typeof casts)[number] {
  const cast = casts[run % casts.length]!;
  // What the environment names takes every other turn of the server that it can do most for.
  const isTurn = process.env['MONGODB_URI'] && cast.server === 'mongo-java-server' && run % 4 === 1;
  return isTurn ? { ...cast, server: 'MONGODB_URI' } : cast;
}
