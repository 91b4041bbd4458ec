import { join } from 'node:path';
import { javaProgram } from '../process/java.ts';
import { JavaClasses } from '../process/java-classes.ts';
import { ServerProcess } from '../process/server-process.ts';
import type { Tenancy } from '../tenancy.ts';
import type { RocketMqFiles, RocketMqPorts } from './configuration.ts';

export interface Programs {
  /** What it says of itself. */
  readonly java: string;
  readonly jars: string;
  readonly files: RocketMqFiles;
  readonly tenancy: Tenancy;
  readonly ports: RocketMqPorts;
  readonly tls: boolean;
  /** Megabytes. */
  readonly heap: { readonly nameserver?: number; readonly broker?: number };
}

/** Else each makes an RSA key at its start, for a TLS that nobody speaks here: that takes a second of one core, and at times several. */
const withoutTls = '-Dtls.server.mode=disabled';
/** Of the proxy, which makes a key whatever its mode, unless it is given one. */
const cheapKey = '-Dio.grpc.netty.shaded.io.netty.handler.ssl.util.selfSignedKeyStrength=1024';

const opened = ['java.lang', 'java.nio', 'java.util', 'jdk.internal.ref', 'sun.nio.ch'];

export function processesOf(settings: Programs): readonly ServerProcess[] {
  const { java, jars, files, tenancy, ports, tls, heap } = settings;
  const { folder, logs, launcher } = tenancy;
  const jvm = [
    '-Xss512k',
    // The logs go into the home folder, below `logs/rocketmqlogs`.
    `-Duser.home=${logs}`,
    `-Drocketmq.home.dir=${folder}`,
    ...opened.map((name) => `--add-opens=java.base/${name}=ALL-UNNAMED`),
    '--add-exports=java.base/sun.nio.ch=ALL-UNNAMED',
  ];
  const logback = (part: string) => `-Drmq.logback.configurationFile=rmq.${part}.logback.xml`;
  const nameserver = [
    ...jvm,
    logback('namesrv'),
    // The broker speaks it to the nameserver as well.
    ...(tls ? [] : [withoutTls]),
    ...['org.apache.rocketmq.namesrv.NamesrvStartup', '-c', files.nameserver],
  ];
  const broker = [
    ...jvm,
    logback('proxy'),
    '-XX:MaxDirectMemorySize=256m',
    cheapKey,
    // A full disk is not what is tested here, and a shared machine's disk often is nearly full.
    '-Drocketmq.broker.diskSpaceWarningLevelRatio=0.99',
    '-Drocketmq.broker.diskSpaceCleanForciblyRatio=0.99',
    tls ? '-Dtls.server.mode=enforcing' : withoutTls,
    ...['org.apache.rocketmq.proxy.ProxyStartup', '-pm', 'local', '-n', `127.0.0.1:${ports.nameserver}`],
    ...['-bc', files.broker, '-pc', files.proxy],
  ];
  const programs = [
    { name: 'nameserver', args: nameserver, heap: heap.nameserver ?? 64, log: join(logs, 'nameserver.log') },
    { name: 'broker', args: broker, heap: heap.broker ?? 512, log: join(logs, 'broker.log') },
  ];
  return programs.map((program) => {
    const classPath = [`${jars}/*`];
    const classes = new JavaClasses({ program: `rocketmq-${program.name}`, java, classPath });
    return new ServerProcess(launcher, javaProgram({ classes, folder, ...program }));
  });
}
