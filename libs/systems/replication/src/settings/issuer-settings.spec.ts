import { describe, expect, it } from '@jest/globals';
import { issuerSettings } from './issuer-settings.ts';

const read = (variables: Record<string, string>, options: Parameters<typeof issuerSettings>[0] = {}) => {
  const faults: string[] = [];
  const settings = issuerSettings(options, { env: (name) => variables[name] }, faults);
  return { settings, faults };
};

describe('the identity provider', () => {
  it('is none unless one is named', () => {
    expect(read({ SPARK_AUDIENCE: 'spark' })).toEqual({ settings: null, faults: [] });
  });

  it('is read from options and variables, with defaults for its keys and its claim', () => {
    const { settings, faults } = read({ SPARK_ISSUER: 'https://id', SPARK_AUDIENCE: 'spark' });
    expect(faults).toEqual([]);
    expect(settings).toMatchObject({
      issuer: 'https://id',
      audience: 'spark',
      jwks: null,
      claim: 'client_id',
    });
    const options = { issuer: 'https://other', issuerJwks: 'https://keys', issuerClaim: 'azp' };
    expect(read({ SPARK_ISSUER: 'https://id', SPARK_AUDIENCE: 'spark' }, options).settings).toMatchObject({
      issuer: 'https://other',
      jwks: 'https://keys',
      claim: 'azp',
    });
  });

  it('gives the module tokens as a client that is named with its secret', () => {
    const provider = { SPARK_ISSUER: 'https://id', SPARK_AUDIENCE: 'spark' };
    expect(read(provider).settings).toMatchObject({ client: null });
    const client = { SPARK_ISSUER_CLIENT_ID: 'HR', SPARK_ISSUER_CLIENT_SECRET: 'secret' };
    expect(read({ ...provider, ...client }).settings).toMatchObject({
      client: { id: 'HR', secret: 'secret', scope: null },
    });
    expect(
      read({ ...provider, ...client, SPARK_ISSUER_SCOPE: 'api://spark/.default' }).settings,
    ).toMatchObject({
      client: { scope: 'api://spark/.default' },
    });
  });

  it.each<[Record<string, string>, RegExp]>([
    [
      { SPARK_ISSUER: 'https://id', SPARK_AUDIENCE: 'a', SPARK_ISSUER_CLIENT_ID: 'HR' },
      /SECRET\) is missing/,
    ],
    [
      { SPARK_ISSUER: 'https://id', SPARK_AUDIENCE: 'a', SPARK_ISSUER_CLIENT_SECRET: 'x' },
      /CLIENT_ID\) is missing/,
    ],
    [{ SPARK_ISSUER_CLIENT_ID: 'HR', SPARK_ISSUER_CLIENT_SECRET: 'x' }, /SPARK_ISSUER\) is missing/],
    [{ SPARK_ISSUER: 'https://id' }, /SPARK_AUDIENCE\) is missing/],
    [{ SPARK_ISSUER: 'id', SPARK_AUDIENCE: 'a' }, /SPARK_ISSUER\) has to be an http/],
    [
      { SPARK_ISSUER: 'http://id', SPARK_AUDIENCE: 'a', NODE_ENV: 'production' },
      /SPARK_ISSUER\) is not encrypted/,
    ],
    [
      {
        SPARK_ISSUER: 'https://id',
        SPARK_ISSUER_JWKS: 'http://keys',
        SPARK_AUDIENCE: 'a',
        NODE_ENV: 'production',
      },
      /SPARK_ISSUER_JWKS\) is not encrypted/,
    ],
  ])('%j is refused with the remedy', (variables, words) => {
    expect(read(variables).faults.join()).toMatch(words);
  });

  it('may be reached over http in production where a variable allows it', () => {
    const variables = { SPARK_ISSUER: 'http://id', SPARK_AUDIENCE: 'a', NODE_ENV: 'production' };
    expect(read({ ...variables, SPARK_ALLOW_HTTP_ISSUER: '1' }).faults).toEqual([]);
  });
});
