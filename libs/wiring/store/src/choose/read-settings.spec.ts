import { describe, expect, it } from '@jest/globals';
import { readSettings } from './read-settings.ts';

describe('the settings of the store', () => {
  it('come from the environment', () => {
    const settings = readSettings(
      {},
      {
        RAVENDB_URLS: 'http://a:8080, http://b:8080',
        RAVENDB_DATABASE: 'SparkFleet',
        SPARK_MODULES_URLS: 'http://c:8080',
        SPARK_MODULES_DATABASE: 'Modules',
      },
    );
    expect(settings).toEqual({
      kind: 'ravendb',
      own: { urls: ['http://a:8080', 'http://b:8080'], database: 'SparkFleet' },
      registry: { urls: ['http://c:8080'], database: 'Modules' },
      createDatabase: true,
      refusesAdministrators: false,
    });
  });

  it('have the defaults of the contract', () => {
    const settings = readSettings({}, { RAVENDB_URLS: 'http://a', SPARK_MODULE_NAME: 'HR' });
    expect(settings).toMatchObject({
      own: { database: 'SparkHR' },
      registry: { urls: ['http://a'], database: 'SparkModules' },
    });
  });

  it('have the same defaults where a variable is empty', () => {
    const environment = { RAVENDB_URLS: 'http://a', SPARK_MODULE_NAME: 'HR' };
    const empty = {
      SPARK_STORE: '',
      RAVENDB_DATABASE: '',
      SPARK_MODULES_URLS: '',
      SPARK_MODULES_DATABASE: '',
    };
    expect(readSettings({}, { ...environment, ...empty })).toEqual(readSettings({}, environment));
  });

  it.each([
    ['the option', { moduleName: 'HR' }, {}, 'SparkHR'],
    [
      'the variable, where both are set',
      { moduleName: 'HR' },
      { SPARK_MODULE_NAME: 'People' },
      'SparkPeople',
    ],
  ])('name the database after the module: after %s', (_, options, environment, database) => {
    const settings = readSettings(options, { RAVENDB_URLS: 'http://a', ...environment });
    expect(settings).toMatchObject({ own: { database } });
  });

  it('make no database in production', () => {
    const environment = { RAVENDB_URLS: 'https://a', RAVENDB_DATABASE: 'X', NODE_ENV: 'production' };
    expect(readSettings({}, environment).createDatabase).toBe(false);
    expect(readSettings({ createDatabase: true }, environment).createDatabase).toBe(true);
  });

  it('are not accepted in production with an address of http, unless a variable allows it', () => {
    const production = { RAVENDB_DATABASE: 'X', NODE_ENV: 'production' };
    const http = { ...production, RAVENDB_URLS: 'https://a,http://b' };
    expect(() => readSettings({}, http)).toThrow(/over http.*SPARK_ALLOW_HTTP_RAVENDB=1/);
    const registry = { ...production, RAVENDB_URLS: 'https://a', SPARK_MODULES_URLS: 'http://c' };
    expect(() => readSettings({}, registry)).toThrow(/over http/);
    expect(readSettings({}, { ...http, SPARK_ALLOW_HTTP_RAVENDB: '1' }).kind).toBe('ravendb');
  });

  it('name a file, and a registry on RavenDB only when told so', () => {
    const environment = { SPARK_STORE: 'sqlite:data/hr.db', RAVENDB_URLS: 'http://a' };
    const settings = { kind: 'sqlite', path: 'data/hr.db', createDatabase: true };
    expect(readSettings({}, environment)).toEqual({ ...settings, registry: null });
    expect(readSettings({}, { ...environment, SPARK_MODULES_URLS: 'http://c' })).toEqual({
      ...settings,
      registry: { urls: ['http://c'], database: 'SparkModules' },
    });
  });

  it.each([
    [{}, 'RAVENDB_URLS'],
    [{ RAVENDB_URLS: 'http://a' }, 'RAVENDB_DATABASE'],
    [
      { RAVENDB_URLS: 'localhost:8080' },
      'RAVENDB_URLS has "localhost:8080", which is not a valid RavenDB address',
    ],
    [{ RAVENDB_URLS: 'http://a', SPARK_MODULES_URLS: 'nonsense' }, 'which is not a valid RavenDB address'],
    [{ SPARK_STORE: 'sqlite:' }, 'names no file'],
    [{ SPARK_STORE: 'mongo' }, 'SPARK_STORE is "mongo", which is not a store'],
  ])('name what is missing or wrong: %j', (environment, words) => {
    expect(() => readSettings({}, environment)).toThrow(words);
  });
});
