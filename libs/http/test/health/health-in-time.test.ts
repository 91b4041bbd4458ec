import { healthInTime } from '@varve/http';
import { expect, it } from 'vitest';

it('is what was answered', async () => {
  expect(await healthInTime('bus', async () => ({ bus: { status: 'up', groups: 2 } }))).toEqual({
    bus: { status: 'up', groups: 2 },
  });
});

it('is down when there is no answer in time, and when the check fails', async () => {
  const silent = new Promise<never>(() => undefined);
  expect(await healthInTime('bus', () => silent, 10)).toEqual({
    bus: { status: 'down', message: 'It did not answer within 10 ms.' },
  });
  expect(await healthInTime('bus', () => Promise.reject(new Error('unplugged')))).toEqual({
    bus: { status: 'down', message: 'unplugged' },
  });
});
