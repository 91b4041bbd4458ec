import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { afterTest } from './after-test.js';
import { startChild } from './children.js';
import { isAlive } from './is-alive.js';
import { temporaryFolder } from './temp-dir.js';
import { until } from './until.js';

function script(text: string): URL {
  const file = join(temporaryFolder(), 'a child.ts');
  writeFileSync(file, text);
  return pathToFileURL(file);
}

const isText = (message: unknown): message is string => typeof message === 'string';

describe('A child process', () => {
  test('is a TypeScript file that says and hears JSON, one value a line', async () => {
    const child = startChild(
      script(`process.stdin.on('data', (line: Buffer) => {
        const { n }: { n: number } = JSON.parse(line.toString());
        console.log(JSON.stringify('heard ' + n + ' ' + process.argv[2]));
        process.exit(3);
      });`),
      ['x'],
    );
    child.say({ n: 7 });
    expect(await child.heard(isText)).toBe('heard 7 x');
    expect(await child.exited).toEqual({ code: 3, signal: null });
  });

  test('is killed even when it is stopped', async () => {
    const child = startChild(script(`console.log('"here"'); setInterval(() => {}, 1_000);`));
    await child.heard(isText);
    child.signal('SIGSTOP');
    expect(await child.kill()).toEqual({ code: null, signal: 'SIGKILL' });
  });

  test('does not outlive whoever started it', async () => {
    let isHere = false;
    const server = createServer((socket) => {
      isHere = true;
      socket.resume().on('close', () => (isHere = false));
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    afterTest(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const grandchild = script(
      `import { connect } from 'node:net'; connect(${port}, '127.0.0.1'); setInterval(() => {}, 1_000);`,
    );
    const support = new URL('child-process.ts', import.meta.url).href;
    const child = startChild(
      script(`import { launchChild } from ${JSON.stringify(support)};
      launchChild(new URL(${JSON.stringify(grandchild.href)}));`),
    );
    await until(() => isHere);
    await child.kill();
    await until(() => !isHere, { what: 'the end of the grandchild' });
  });

  test('does not outlive whoever was killed before it had begun', async () => {
    const grandchild = script(`setInterval(() => {}, 1_000);`);
    const support = new URL('child-process.ts', import.meta.url).href;
    const child = startChild(
      script(`import { launchChild } from ${JSON.stringify(support)};
      console.log(launchChild(new URL(${JSON.stringify(grandchild.href)})).process.pid);
      process.kill(process.pid, 'SIGKILL');`),
    );
    const pid = await child.heard((message): message is number => typeof message === 'number');
    await child.exited;
    await until(() => !isAlive(pid), { what: 'the end of the grandchild' });
  });

  test('that ends without a word is not waited for, and its last words are told', async () => {
    const child = startChild(script(`throw new Error('no luck');`));
    await expect(child.heard(isText, 'its address')).rejects.toThrow(/without its address[^]*no luck/);
  });
});

test('until gives what the condition gave, or says what it waited for', async () => {
  let asked = 0;
  expect(await until(() => ++asked > 2 && `asked ${asked} times`)).toBe('asked 3 times');
  await expect(until(() => false, { timeout: 20, what: 'a miracle' })).rejects.toThrow('20 ms for a miracle');
});
