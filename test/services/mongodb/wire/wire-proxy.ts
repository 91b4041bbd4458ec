import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { MongoClient } from 'mongodb';
import { hello } from '../hello.ts';
import type { WireCommand } from './messages.ts';
import { PretendedReplicaSet } from './pretended-replica-set.ts';
import { ProxiedConnection } from './proxied-connection.ts';
import { Trap, type WireFault, type WireSelector } from './trap.ts';

const mostHeard = 1_000;

export interface WireProxyOptions {
  /** The driver takes the server for the primary of a replica set; see `PretendedReplicaSet`. */
  readonly asReplicaSet?: boolean;
}

/**
 * Stands between a driver and a MongoDB server, understands what passes, and hinders what it was told to. In front of a replica set it leads
 * to the primary of the moment in which it was opened.
 */
export class WireProxy {
  /** Where a driver finds the proxy; with the user and the options of the server's own address. */
  readonly uri: string;
  /** The last thousand commands that have come, the driver's own questions included, oldest first. */
  readonly heard: WireCommand[] = [];
  readonly #server: Server;
  readonly #connections = new Set<ProxiedConnection>();
  #traps: Trap[] = [];
  #refuses = false;

  private constructor(server: Server, target: URL, { asReplicaSet = false }: WireProxyOptions) {
    const address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    const pretended = asReplicaSet ? new PretendedReplicaSet(address) : undefined;
    this.#server = server;
    this.uri = proxied(target, address);
    const passage = {
      host: target.hostname,
      port: Number(target.port || 27_017),
      pretended,
      trapFor: (command: WireCommand) => this.#trapFor(command),
    };
    server.on('connection', (socket: Socket) => {
      if (this.#refuses) return socket.resetAndDestroy();
      const connection = new ProxiedConnection(socket, passage);
      this.#connections.add(connection);
      return void connection.closed.then(() => this.#connections.delete(connection));
    });
  }

  /** @throws Error for an address that only a driver can resolve (`mongodb+srv:`) or that is encrypted */
  static async open(uri: string, options: WireProxyOptions = {}): Promise<WireProxy> {
    const target = await primaryOf(uri);
    const server = createServer();
    await once(server.listen(0, '127.0.0.1'), 'listening');
    return new WireProxy(server, target, options);
  }

  /** From now on. Of several traps for one command the oldest catches it. */
  on(selector: WireSelector, fault: WireFault): Trap {
    const trap = new Trap(selector, fault);
    this.#traps.push(trap);
    return trap;
  }

  /** Takes all traps away, and lets go of what they hold. */
  clear(): void {
    for (const trap of this.#traps) trap.release();
    this.#traps = [];
    this.heard.length = 0;
  }

  /** Cuts all connections, and every new one as soon as it is made. */
  refuse(): void {
    this.#refuses = true;
    this.cut();
  }

  admit(): void {
    this.#refuses = false;
  }

  cut(): void {
    for (const connection of this.#connections) connection.cut();
  }

  async close(): Promise<void> {
    this.clear();
    this.#server.close();
    this.refuse();
    await once(this.#server, 'close');
  }

  #trapFor(command: WireCommand): Trap | undefined {
    this.heard.push(command);
    if (this.heard.length > mostHeard) this.heard.shift();
    return this.#traps.find((trap) => trap.catches(command));
  }
}

/** A URL has one host, and an address of a replica set several. */
async function primaryOf(uri: string): Promise<URL> {
  if (!uri.startsWith('mongodb://') || /[?&](tls|ssl)=true/.test(uri)) {
    throw new Error(
      'Only plain TCP can be looked into: give an address that begins with mongodb:// and has no tls.',
    );
  }
  const [, hosts = ''] = /^mongodb:\/\/(?:[^@/]*@)?([^/?]*)/.exec(uri) ?? [];
  if (!hosts.includes(',') && !uri.includes('replicaSet=')) return new URL(uri);
  const client = new MongoClient(uri);
  try {
    const { primary } = (await hello(client)) as { primary?: string };
    return new URL(uri.replace(hosts, primary ?? hosts.split(',')[0]!));
  } finally {
    await client.close();
  }
}

function proxied(target: URL, address: string): string {
  const url = new URL(target);
  url.host = address;
  if (url.pathname === '') url.pathname = '/';
  for (const option of ['replicaSet', 'compressors']) url.searchParams.delete(option);
  url.searchParams.set('directConnection', 'true');
  return url.href;
}
