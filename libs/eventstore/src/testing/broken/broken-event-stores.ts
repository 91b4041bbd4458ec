import { brokenAtAppending } from './appending.js';
import { brokenAtChecking } from './checking.js';
import { brokenAtClosing } from './closing.js';
import { brokenAtCommitIds } from './commit-ids.js';
import { brokenAtFences } from './fences.js';
import { brokenAtFollowing } from './following.js';
import { brokenAtListing } from './listing.js';
import { brokenAtLiving } from './living.js';
import { brokenAtReadingStreams } from './reading-streams.js';
import { brokenAtReadingTheLog } from './reading-the-log.js';

/** For every case of `eventStoreContract`, at least one store that fails it. */
export const brokenEventStores = [
  ...brokenAtAppending,
  ...brokenAtCommitIds,
  ...brokenAtFences,
  ...brokenAtClosing,
  ...brokenAtReadingStreams,
  ...brokenAtReadingTheLog,
  ...brokenAtFollowing,
  ...brokenAtListing,
  ...brokenAtChecking,
  ...brokenAtLiving,
];
