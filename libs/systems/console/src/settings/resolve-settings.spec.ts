import { expect, it } from '@jest/globals';
import { resolveConsoleSettings } from './resolve-settings.ts';

const KEY = 'NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs';

it('A console that runs alone believes the keys that operators have approved for it', () => {
  const environment = { SPARK_MODULE_NAME: 'Console', SPARK_TRUSTED_KEYS: `HR=${KEY}, Fleet=${KEY}` };
  const { trustedKeys } = resolveConsoleSettings({}, environment);
  expect([...trustedKeys]).toEqual([
    ['hr', [KEY]],
    ['fleet', [KEY]],
  ]);
  const given = resolveConsoleSettings({ trustedKeys: { HR: [KEY] } }, environment);
  expect([...given.trustedKeys.keys()]).toEqual(['hr']);
});

it.each(['http://user:secret@jobs:5004', '', 'jobs:5004', 'http://jobs:5004?key=secret'])(
  'No module has the address %p: the page shows it',
  (url) => {
    const environment = { SPARK_MODULE_NAME: 'Console' };
    expect(() => resolveConsoleSettings({ modules: [{ name: 'Jobs', url }] }, environment)).toThrow(
      'addresses without user and password',
    );
  },
);

it('The operator token comes from wherever secrets are kept', () => {
  const environment = { SPARK_MODULE_NAME: 'Console' };
  const { operatorToken } = resolveConsoleSettings({}, environment, {
    text: (name) => `of-a-vault:${name}`,
  });
  expect(operatorToken).toBe('of-a-vault:SPARK_OPERATOR_TOKEN');
});

it('An operator token with a space in it is refused: nobody could sign in to the modules with it', () => {
  const environment = { SPARK_MODULE_NAME: 'Console', SPARK_OPERATOR_TOKEN: 'canary word' };
  expect(() => resolveConsoleSettings({}, environment)).toThrow(/SPARK_OPERATOR_TOKEN\) cannot be sent/);
  expect(() => resolveConsoleSettings({}, environment)).not.toThrow(/canary/);
});

it('Everything that is wrong is said at once', () => {
  const wrong = () =>
    resolveConsoleSettings({ path: 'console/' }, { SPARK_TRUSTED_KEYS: 'HR=short', NODE_ENV: 'production' });
  expect(wrong).toThrow(/trustedKeys[\s\S]*path has to begin[\s\S]*name is missing/);
});
