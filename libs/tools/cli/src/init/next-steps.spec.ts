import { expect, it } from '@jest/globals';
import { nextSteps } from './next-steps.ts';
import { readWish } from './wish.ts';

function steps(folder: string, isRepository = false): string[] {
  const wish = readWish(['share', 'Order', '--with', 'Billing', '--dir', folder]);
  if (!wish) throw new Error('it asks for help');
  return nextSteps(wish, 'Shop', isRepository).slice(0, -1);
}

it('The next commands are typed in the folder of the application, except those that it does not have', () => {
  expect(steps('../my shop')).toEqual([
    'npx @nestjs-spark/cli servers nats   (in this folder, in another terminal; leave it running)',
    "cd '../my shop'",
    'npm install',
    'npm start',
  ]);
  expect(steps('.')).toEqual([
    'npx @nestjs-spark/cli servers nats   (in another terminal; leave it running)',
    'npm install',
    'npm start',
  ]);
});

it('An application elsewhere takes the packages of the repository in which the command runs', () => {
  expect(steps('../my shop', true).slice(1)).toEqual([
    "npm run pack -- '../my shop/.spark/packages'",
    "cd '../my shop'",
    'npm install .spark/packages/*.tgz',
    'npm start',
  ]);
});
