import type { PublicationPlan } from '../../publication/publication-plan.js';
import { InvalidBusOptionsError } from '../../transport/errors.js';
import type { TopicPlan } from '../../transport/topology.js';

/**
 * The topics that these categories are published on. What nobody has named or declared is published all the same: its category is known
 * once it stands in the log.
 *
 * @throws InvalidBusOptionsError one topic would have to be of two kinds
 */
export function publicationTopics(
  plan: PublicationPlan,
  categories: readonly string[],
): readonly TopicPlan[] {
  const topics = new Map<string, TopicPlan & { readonly category: string }>();
  for (const category of categories) {
    const mode = plan.modeOf(category);
    if (mode === 'none') continue;
    const name = plan.topicOf(category);
    const kind = mode === 'two-phase' ? 'transactional' : 'ordered';
    const other = topics.get(name);
    if (other && other.kind !== kind) throw twoKinds(name, [other.category, category]);
    topics.set(name, other ?? { name, kind, category });
  }
  return [...topics.values()].map(({ name, kind }) => ({ name, kind }));
}

function twoKinds(topic: string, [one, other]: readonly [string, string]): InvalidBusOptionsError {
  return new InvalidBusOptionsError(
    'publication.categories',
    `The categories "${one}" and "${other}" share the topic "${topic}", and one is published in two phases, the other by the relay: a topic takes half messages or others, not both. Publish both alike, or give them topics of their own.`,
  );
}
