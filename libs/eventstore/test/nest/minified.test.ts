import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Test } from '@nestjs/testing';
import type { AggregateRepository } from '@varve/eventstore';
import { EventStoreModule, getAggregateRepositoryToken } from '@varve/eventstore/nest';
import { build } from 'esbuild';
import ts from 'typescript';
import { expect, test } from 'vitest';
import { startChild } from '../../../../test/support/children.js';
import { temporaryFolder } from '../../../../test/support/temp-dir.js';
import { Order, SalesModule } from './shop.js';

/** As a bundler would have it after tsc: esbuild alone emits no decorator metadata. */
async function minify(folder: string): Promise<string> {
  for (const name of ['shop', 'minified.child']) {
    const source = readFileSync(new URL(`./${name}.ts`, import.meta.url), 'utf8');
    const { outputText } = ts.transpileModule(source, {
      compilerOptions: {
        target: ts.ScriptTarget.ES2023,
        module: ts.ModuleKind.ESNext,
        experimentalDecorators: true,
        emitDecoratorMetadata: true,
        verbatimModuleSyntax: true,
      },
    });
    writeFileSync(join(folder, `${name}.js`), outputText);
  }
  const outfile = join(folder, 'bundle.mjs');
  await build({
    entryPoints: [join(folder, 'minified.child.js')],
    outfile,
    bundle: true,
    minify: true,
    packages: 'external',
    format: 'esm',
    target: 'node22',
  });
  symlinkSync(
    fileURLToPath(new URL('../../../../node_modules', import.meta.url)),
    join(folder, 'node_modules'),
  );
  return outfile;
}

async function openShop(file: string) {
  const app = await Test.createTestingModule({
    imports: [EventStoreModule.forRoot({ sqlite: { file } }), SalesModule],
  }).compile();
  const orders = app.get<AggregateRepository<Order>>(getAggregateRepositoryToken(Order));
  await app.init();
  return { app, orders };
}

test('a minified build reads what a plain one has written, and the other way round', async () => {
  const folder = temporaryFolder();
  const file = join(folder, 'log.db');
  const before = await openShop(file);
  const order = before.orders.create('1');
  order.place(500);
  order.note('gift');
  await order.commit();
  await before.app.close();

  const child = startChild(await minify(folder), [file]);
  const { names, state } = await child.heard(
    (message): message is { names: string[]; state: object } => typeof message === 'object',
    'the order',
  );
  expect(await child.exited).toEqual({ code: 0, signal: null });
  expect(names).not.toContain('Order');
  expect(names).not.toContain('OrderPaid');
  expect(state).toEqual({ total: 500, paid: 200, notes: ['gift'] });

  const after = await openShop(file);
  expect(await after.orders.load('1')).toMatchObject({ total: 500, paid: 200, notes: ['gift'] });
  await after.app.close();
});
