import { HttpException, PayloadTooLargeException, ServiceUnavailableException } from '@nestjs/common';
import { problemOfHttp } from '@varve/http';
import { expect, it } from 'vitest';

it('names the problem after the status', () => {
  expect(problemOfHttp(new PayloadTooLargeException('too much'))).toEqual({
    type: 'urn:varve:problem:payload-too-large',
    title: 'Payload Too Large',
    status: 413,
    detail: 'too much',
    code: 'payload-too-large',
  });
});

it('tells what a failing health check has found', () => {
  const error = new ServiceUnavailableException({ status: 'error', details: { log: { status: 'down' } } });
  expect(problemOfHttp(error)).toMatchObject({ status: 503, details: { log: { status: 'down' } } });
});

it("takes a client's error from Express, and no server's", () => {
  const thrown = (statusCode: unknown) => Object.assign(new Error('from below'), { statusCode });
  expect(problemOfHttp(thrown(400))).toMatchObject({ status: 400, code: 'bad-request' });
  for (const status of [200, 399, 400.5, 500, 503, '400', undefined])
    expect(problemOfHttp(thrown(status)), String(status)).toBeUndefined();
});

it.each([200, 304, 600])('an exception with status %d is no problem of HTTP', (status) => {
  expect(problemOfHttp(new HttpException('odd', status))).toBeUndefined();
});

it.each([null, undefined, 'a string', 400, new Error('a bug')])('neither is %s', (error) => {
  expect(problemOfHttp(error)).toBeUndefined();
});
