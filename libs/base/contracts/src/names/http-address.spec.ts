import { describe, expect, it } from '@jest/globals';
import { withoutUserInfo } from './http-address.ts';

describe('An address that others read', () => {
  it.each([
    ['http://db:8080', 'http://db:8080'],
    ['https://reader:secret@db', 'https://db'],
    ['https://token@db:8080/', 'https://db:8080'],
  ])('of %s is %s', (address, shown) => {
    expect(withoutUserInfo(address)).toBe(shown);
  });
});
