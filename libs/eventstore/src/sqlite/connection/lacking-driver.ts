/** better-sqlite3 13 is built for this Node-API; on an older one, opening a database ends the process with a segmentation fault. */
const NODE_API = 10;

/** What this Node lacks for a database to be opened, to stand behind "needs", without a full stop; nothing where it lacks nothing. */
export function lackingDriver(): string | undefined {
  if (Number(process.versions.napi) >= NODE_API) return undefined;
  return `Node-API ${NODE_API}, which is in Node 22.14 and later; this is Node ${process.version}. Use a newer Node`;
}
