import type { LogReader } from '@varve/eventstore';
import { listsStreams } from '../log/streams-list.js';
import type { ProjectionCode } from '../target.js';
import type { Finding } from './doctor.js';

/** A category that is misspelled fails nowhere: nothing ever comes. Only the log can tell, and only once something is in it. */
export async function examineCategories(
  { projections, reactors }: ProjectionCode,
  log: LogReader,
): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  if (!listsStreams(log) || (await log.head()) === 0) return findings;
  for (const { name, categories = [] } of [...projections, ...reactors]) {
    for (const category of categories) {
      const [stream] = await log.listStreams({ category, limit: 1 });
      if (stream) continue;
      findings.push(strangeCategory(name, category));
    }
  }
  return findings;
}

export function strangeCategory(subject: string, category: string): Finding {
  const message = `no stream of the log has its category "${category}": is it spelled as in "varve streams list"? If the first is yet to come, nothing is wrong`;
  return { level: 'warning', subject, message };
}
