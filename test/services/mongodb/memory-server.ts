/** What is used of `mongodb-memory-server`, which is no dependency: whoever has it, and can download what it runs, has one server more. */
interface MemoryServerModule {
  readonly MongoMemoryReplSet: {
    create(options: { readonly replSet: { readonly count: number } }): Promise<{
      getUri(): string;
      stop(): Promise<unknown>;
    }>;
  };
}

export interface MemoryServer {
  readonly uri: string;
  stop(): Promise<void>;
}

/** A replica set of one, or why there is none. */
export async function startMemoryServer(
  load: () => Promise<unknown> = loadModule,
): Promise<MemoryServer | { readonly absent: string }> {
  try {
    const { MongoMemoryReplSet } = (await load()) as MemoryServerModule;
    const server = await MongoMemoryReplSet.create({ replSet: { count: 1 } });
    return {
      uri: server.getUri(),
      async stop() {
        await server.stop();
      },
    };
  } catch (error) {
    const [reason = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
    return { absent: reason };
  }
}

async function loadModule(): Promise<unknown> {
  const name: string = 'mongodb-memory-server';
  try {
    return await import(name);
  } catch (error) {
    throw new Error('it is not installed', { cause: error });
  }
}
