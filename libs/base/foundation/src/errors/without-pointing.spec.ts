import { expect, it } from '@jest/globals';
import { withoutPointing } from './without-pointing.ts';

it.each([
  ['A script cannot be deployed; see errors.', 'A script cannot be deployed.'],
  ['See errors.', ''],
  ['It may see errors. Or not.', 'It may see errors. Or not.'],
  ['There is no pipeline adults', 'There is no pipeline adults'],
])('Of %j, what is to be said beside the errors is %j', (detail, said) => {
  expect(withoutPointing(detail)).toBe(said);
});
