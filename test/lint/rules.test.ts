import { describe, expect, test } from 'vitest';
import { complaints, lintOfSyntax, lintWithTypes } from './seeded-lint.js';

const syntax = lintOfSyntax();
const typed = lintWithTypes();
const lib = 'libs/eventstore/src/log/commit.ts';
const app = 'apps/order/src/main.ts';

function refuses(title: string, code: string, rule: string, file = lib): void {
  test(title, async () => {
    expect(await complaints(syntax, file, code)).toContainEqual(expect.stringContaining(rule));
  });
}

function accepts(title: string, code: string, file = lib): void {
  test(title, async () => {
    expect(await complaints(syntax, file, code)).toEqual([]);
  });
}

describe('sizes', () => {
  const lines = (count: number) =>
    Array.from({ length: count }, (_, n) => `export const line${n} = ${n};`).join('\n');
  const functionOf = (count: number) => `export function long(): void {\n${'//\n'.repeat(count - 2)}}\n`;
  accepts('a file may have 300 lines', lines(300));
  refuses('a file of 301 lines is two files', lines(301), 'max-lines');
  accepts('a function may have 50 lines', functionOf(50));
  refuses('a function of 51 lines is two functions', functionOf(51), 'max-lines-per-function');
  refuses(
    'a function has at most four parameters',
    'export const f = (a: 1, b: 1, c: 1, d: 1, e: 1) => [a, b, c, d, e];',
    '@typescript-eslint/max-params',
  );
});

describe('exports and top-level await', () => {
  const rule = 'no-restricted-syntax';
  refuses('nothing is exported as default', 'export default 1;', rule);
  refuses('nothing is exported under the name of default', 'const a = 1;\nexport { a as default };', rule);
  refuses('an app exports nothing as default', 'export default 1;', rule, app);
  accepts('a tool reads its configuration from a default export', 'export default {};', 'vitest.config.ts');
  refuses('a lib does not await at the top level', `await Promise.resolve();`, rule);
  refuses('a lib does not await in a constant', `export const a = { b: await Promise.resolve(1) };`, rule);
  refuses(
    'a lib does not loop over an async iterable at the top level',
    `for await (const a of []) void a;`,
    rule,
  );
  accepts('a function awaits', `export const f = async () => await Promise.resolve(1);`);
  accepts('an app awaits at the top level', `await Promise.resolve();\nexport {};`, app);
});

describe('no way around', () => {
  const hasNoEffect = "has no effect because you have 'noInlineConfig' setting";
  refuses(
    'a comment switches no rule off',
    '/* eslint-disable */\nexport default 1;',
    'no-restricted-syntax',
  );
  refuses('a comment that tries is reported', '/* eslint-disable */\nexport {};', hasNoEffect);
  refuses(
    'a type error is not commented away',
    '// @ts-ignore\nexport {};',
    '@typescript-eslint/ban-ts-comment',
  );
  refuses(
    'nothing is left for later',
    `// ${['TO', 'DO'].join('')}: the rest\nexport {};`,
    'no-warning-comments',
  );
  refuses('a lib prints nothing', `console.log('hello');`, 'no-console');
  refuses('an app prints through its logger', `console.log('hello');`, 'no-console', app);
  refuses('no type is any', 'export type Anything = any;', '@typescript-eslint/no-explicit-any');
});

describe('with types', () => {
  const promised = 'async function work(): Promise<number> {\n  return Promise.resolve(1);\n}\n';
  const cases = [
    {
      title: 'a promise is not left alone',
      code: `${promised}export function start(): void {\n  work();\n}\n`,
      rule: '@typescript-eslint/no-floating-promises',
    },
    {
      title: 'a promise is no condition',
      code: `${promised}export const decide = () => (work() ? 1 : 2);\n`,
      rule: '@typescript-eslint/no-misused-promises',
    },
    {
      title: 'a callback that nobody awaits is not async',
      code: `${promised}export const start = () => [1].forEach(async () => {\n  await work();\n});\n`,
      rule: '@typescript-eslint/no-misused-promises',
    },
  ];
  test.for(cases)('$title', async ({ code, rule }) => {
    expect(await complaints(typed, lib, code)).toContainEqual(expect.stringContaining(rule));
  });

  test('a subclass may make an inherited method async, as an aggregate does with commit()', async () => {
    const root = 'class Root {\n  commit(): void {\n    this.commit();\n  }\n}\n';
    const order =
      'export class Order extends Root {\n  override async commit(): Promise<void> {\n    await Promise.resolve();\n  }\n}\n';
    expect(await complaints(typed, lib, root + order)).toEqual([]);
  });
});
