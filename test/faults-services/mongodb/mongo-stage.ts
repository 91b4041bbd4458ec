import { startFerretDb, startMongoJavaServer, type MongoServer } from '../../services/mongodb/index.ts';
import { WireProxy } from '../../services/mongodb/wire/index.ts';
import { Crew } from './parties.ts';

export type StoryServer = 'mongo-java-server' | 'ferretdb' | 'MONGODB_URI';

export interface StageServer {
  readonly uri: string;
  readonly proxy: WireProxy;
  /** What can be killed and has its data afterwards. */
  readonly mortal: Pick<MongoServer, 'kill' | 'restart'> | undefined;
  stop(): Promise<void>;
}

/** Servers of one's own, which may be killed, each with a proxy before it, and the processes that write to them and read from them. */
export class MongoStage {
  readonly writers = new Crew(new URL('writer.child.ts', import.meta.url));
  readonly readers = new Crew(new URL('reader.child.ts', import.meta.url));
  readonly #servers = new Map<StoryServer, Promise<StageServer>>();

  async server(name: StoryServer): Promise<StageServer> {
    const server = this.#servers.get(name) ?? opened(name);
    this.#servers.set(name, server);
    return server;
  }

  async close(): Promise<void> {
    await Promise.all([this.writers.close(), this.readers.close()]);
    const servers = await Promise.allSettled(this.#servers.values());
    await Promise.all(servers.map(async (each) => each.status === 'fulfilled' && each.value.stop()));
  }
}

const startable = {
  'mongo-java-server': async () => startMongoJavaServer({ heap: 512 }),
  ferretdb: async () => startFerretDb(),
};

async function opened(name: StoryServer): Promise<StageServer> {
  const server = name === 'MONGODB_URI' ? undefined : await startable[name]();
  const uri = withQuickLooks(server?.uri ?? process.env['MONGODB_URI'] ?? '');
  const proxy = await WireProxy.open(uri);
  return {
    uri,
    proxy,
    mortal: name === 'ferretdb' ? server : undefined,
    async stop() {
      await proxy.close();
      await server?.stop();
    },
  };
}

/**
 * A driver that has lost a server looks for it twice a second at most, which is most of the time that a story would take. One whose look hangs is
 * connected anew the sooner, the shorter its time-outs are.
 */
function withQuickLooks(uri: string): string {
  return `${uri}${uri.includes('?') ? '&' : '?'}minHeartbeatFrequencyMS=20&heartbeatFrequencyMS=500&serverSelectionTimeoutMS=2000&connectTimeoutMS=5000`;
}
