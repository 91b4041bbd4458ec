import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { temporaryFolder } from '../support/temp-dir.ts';
import { jarsFolder } from './folders.ts';
import { fetchJars } from './jars/fetch-jars.ts';
import type { Distribution } from './jars/distributions.ts';

const small: Distribution = { name: 'small', artifacts: ['org.slf4j:slf4j-simple:1.7.36'] };
const jars = ['slf4j-api-1.7.36.jar', 'slf4j-simple-1.7.36.jar'];

describe('the jars of a server', () => {
  let fetched: string;
  beforeAll(async () => {
    vi.stubEnv('VARVE_SERVICES_CACHE', mkdtempSync(join(tmpdir(), 'varve-jars-')));
    fetched = await fetchJars(small);
  });
  afterAll(() => {
    rmSync(join(fetched, '..', '..'), { recursive: true });
  });

  beforeEach(() => {
    vi.stubEnv('VARVE_SERVICES_CACHE', temporaryFolder());
  });
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  function fetchedBefore(): string {
    const folder = jarsFolder(small.name);
    cpSync(fetched, folder, { recursive: true });
    return folder;
  }

  it('are fetched once, with what they need', async () => {
    const folder = fetchedBefore();
    expect(jarsIn(folder)).toEqual(jars);

    vi.stubEnv('PATH', '');

    expect(await fetchJars(small)).toBe(folder);
  });

  it.each([
    ['lacks a jar', (folder: string) => rmSync(join(folder, jars[0]!))],
    ['has half a jar', (folder: string) => truncateSync(join(folder, jars[0]!), 1000)],
    ['broke off before its list was written', (folder: string) => rmSync(join(folder, 'contents.json'))],
  ])('are fetched again when the folder %s', async (_what, breakIt) => {
    const folder = fetchedBefore();
    breakIt(folder);

    await fetchJars(small);

    expect(jarsIn(folder)).toEqual(jars);
    expect(existsSync(join(folder, 'contents.json'))).toBe(true);
  });

  it('are whole for both of two that fetch them at once', async () => {
    const [first, second] = await Promise.all([fetchJars(small), fetchJars(small)]);

    expect(second).toBe(first);
    expect(jarsIn(first)).toEqual(jars);
    expect(readdirSync(join(first, '..'))).toEqual(['fetch.lock', 'small']);
  });

  it('cannot be had without Maven, which the error says how to install', async () => {
    vi.stubEnv('PATH', '');

    await expect(fetchJars(small)).rejects.toMatchObject({
      code: 'tool-missing',
      message: expect.stringContaining('apt-get install maven'),
    });
  });

  it('leave nothing behind when Maven does not find one', async () => {
    const unknown = { name: 'unknown', artifacts: ['org.slf4j:slf4j-simple:0.0.0-none'] };

    await expect(fetchJars(unknown)).rejects.toMatchObject({
      code: 'download-failed',
      message: expect.stringContaining('slf4j-simple'),
    });

    expect(readdirSync(join(process.env['VARVE_SERVICES_CACHE']!, 'jars'))).toEqual(['fetch.lock']);
  });
});

function jarsIn(folder: string): readonly string[] {
  return readdirSync(folder).filter((name) => name.endsWith('.jar'));
}
