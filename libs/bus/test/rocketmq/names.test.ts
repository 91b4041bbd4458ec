import { describe, expect, test } from 'vitest';
import {
  brokerName,
  brokerTag,
  fromPropertyText,
  messageGroupOf,
  propertyText,
  searchKey,
} from '../../src/rocketmq/names.js';

describe('names at RocketMQ', () => {
  test('are as they were where the server takes them, and tell apart what it does not', () => {
    expect(brokerName('order_paid-7')).toBe('order_paid-7');
    expect(brokerName('order.paid')).toBe('order-2epaid');
    expect(brokerName('größe %1')).toBe('gr-c3-b6-c3-9fe-20-251');
  });

  test('are refused where nothing can be made of them', () => {
    for (const name of ['', 'x'.repeat(121), '☃'.repeat(14)]) {
      expect(() => brokerName(name)).toThrow(
        expect.objectContaining({ code: 'broker-refused', why: 'illegal-name' }),
      );
    }
  });

  test('of a message group are the key where it is short and plain, and otherwise a hash of it', () => {
    expect(messageGroupOf('order-17')).toBe('order-17');
    for (const key of ['', 'a b', 'größe', 'x'.repeat(64)])
      expect(messageGroupOf(key)).toMatch(/^[0-9a-f]{40}$/u);
    expect(messageGroupOf('x'.repeat(64))).not.toBe(messageGroupOf('x'.repeat(65)));
  });

  test('of search keys and tags have no spaces, and a tag no bar', () => {
    expect(searchKey('order one\t100%')).toBe('order%20one%09100%25');
    expect(brokerTag('order.paid|x')).toBe('order.paid%7Cx');
    expect(brokerTag('')).toBeUndefined();
  });

  test('of properties come back as they were', () => {
    for (const text of ['a b', '100%', 'größe ☃\u0001\u0002\n', '%41']) {
      expect(propertyText(text)).not.toMatch(/\p{Cc}/u);
      expect(fromPropertyText(propertyText(text))).toBe(text);
    }
    expect(fromPropertyText('100% foreign')).toBe('100% foreign');
  });
});
