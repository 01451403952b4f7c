import { describe, expect, it } from '@jest/globals';
import { nearestName } from './nearest-name.ts';

describe('the name that was meant', () => {
  it.each([
    ['Ordres', 'Orders'],
    ['orders', 'Orders'],
    ['Biling', 'Billing'],
    ['gte', 'get'],
    ['oredrs', 'Orders'],
    ['Wbeshpo', 'Webshop'],
  ])('%s is %s', (given, meant) => {
    expect(nearestName(given, ['Webshop', 'Orders', 'Billing', 'get'])).toBe(meant);
  });

  it('is close to a short one, too, if two letters have changed places', () => {
    expect(nearestName('nmae', ['note', 'name'])).toBe('name');
  });

  it.each([
    ['Stock', ['Orders', 'Billing']],
    ['HR', ['QA']],
    ['csv', ['s3']],
    ['tge', ['get']],
    ['page', ['take']],
    ['ab', ['ba1']],
    ['Orders', []],
  ])('nothing like %s is among %j', (given, known) => {
    expect(nearestName(given, known)).toBeNull();
  });
});
