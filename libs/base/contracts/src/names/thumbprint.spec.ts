import { expect, it } from '@jest/globals';
import { isThumbprint } from './thumbprint.ts';

const KEY = 'NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs';

it('A thumbprint has 43 characters of base64url, and nothing around them', () => {
  expect(isThumbprint(KEY)).toBe(true);
  for (const other of [
    `${KEY}=`,
    `${KEY}\n`,
    ` ${KEY}`,
    KEY.slice(1),
    KEY.replace('-', '+'),
    '',
    null,
    43,
    [KEY],
  ])
    expect(isThumbprint(other)).toBe(false);
});
