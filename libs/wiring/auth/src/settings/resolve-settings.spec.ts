import { describe, expect, it } from '@jest/globals';
import { resolveSettings } from './resolve-settings.ts';
import { AuthSettingsError } from './settings-error.ts';

const ISSUER = { SPARK_API_ISSUER: 'https://id.example.com', SPARK_API_AUDIENCE: 'urn:fleet' };

function faultsOf(environment: Record<string, string>, options = {}): readonly string[] {
  try {
    resolveSettings(options, environment);
    return [];
  } catch (error) {
    if (error instanceof AuthSettingsError) return error.faults;
    throw error;
  }
}

describe('the settings of an API', () => {
  it('are read from the environment; an option takes precedence', () => {
    const { jwt, tokens, operatorToken } = resolveSettings(
      { audience: ['a', 'b'] },
      { ...ISSUER, SPARK_API_TOKENS: 'ann: x:y, ci:z', SPARK_OPERATOR_TOKEN: 'o' },
    );
    expect(jwt).toMatchObject({ issuer: 'https://id.example.com', audience: ['a', 'b'], jwks: null });
    expect([tokens, operatorToken]).toEqual([{ ann: 'x:y', ci: 'z' }, 'o']);
  });

  it('get their tokens from wherever secrets are kept', () => {
    const secrets = new Map([
      ['SPARK_API_TOKENS', 'ann:of-a-vault'],
      ['SPARK_OPERATOR_TOKEN', 'of-a-vault-too'],
    ]);
    const { tokens, operatorToken } = resolveSettings({}, {}, { text: (name) => secrets.get(name) });
    expect([tokens, operatorToken]).toEqual([{ ann: 'of-a-vault' }, 'of-a-vault-too']);
    expect(() => resolveSettings({}, { SPARK_OPERATOR_TOKEN_FILE: '/none' })).toThrow(
      /SPARK_OPERATOR_TOKEN_FILE names \/none, which cannot be read/,
    );
  });

  it('name no issuer by default, and an empty variable is none', () => {
    expect(resolveSettings({}, { SPARK_API_ISSUER: ' ' })).toEqual({
      jwt: null,
      tokens: {},
      operatorToken: null,
    });
  });

  it.each([
    [{ SPARK_API_ISSUER: 'https://id.example.com' }, /audience \(SPARK_API_AUDIENCE\) is missing/],
    [{ SPARK_API_AUDIENCE: 'a' }, /issuer \(SPARK_API_ISSUER\) is missing/],
    [{ SPARK_API_JWKS: 'https://id.example.com/jwks' }, /issuer \(SPARK_API_ISSUER\) is missing/],
    [{ ...ISSUER, SPARK_API_JWKS: 'file:///keys' }, /jwks \(SPARK_API_JWKS\) has to be an https address/],
    [{ SPARK_API_TOKENS: 'canary' }, /name:token pairs/],
    [{ NODE_ENV: 'production', SPARK_API_TOKENS: 'canary' }, /name:token pairs/],
    [{ SPARK_API_TOKENS: 'ann:a,ann:b' }, /each with a different name/],
    [{ SPARK_API_TOKENS: 'ann:canary word' }, /token of ann cannot be sent/],
    [{ SPARK_API_TOKENS: 'ann:canaryü' }, /token of ann cannot be sent/],
    [{ SPARK_OPERATOR_TOKEN: 'canary word' }, /operatorToken \(SPARK_OPERATOR_TOKEN\) cannot be sent/],
    [{ SPARK_API_TOKENS: 'ann: ,ci:canary' }, /name:token pairs/],
    [
      { ...ISSUER, SPARK_API_JWKS: 'https://me:canary@id' },
      /jwks \(SPARK_API_JWKS\) has a user or a password/,
    ],
    [{ NODE_ENV: 'production' }, /SPARK_API_OPEN=1/],
    [{ ...ISSUER, NODE_ENV: 'production', SPARK_API_ISSUER: 'http://id' }, /SPARK_ALLOW_HTTP_ISSUER=1/],
    [{ NODE_ENV: 'production', SPARK_API_TOKENS: 'ann:canary' }, /SPARK_ALLOW_SHORT_API_TOKENS=1/],
    [
      { ...ISSUER, NODE_ENV: 'production', SPARK_OPERATOR_TOKEN: 'canary' },
      /SPARK_ALLOW_SHORT_OPERATOR_TOKEN=1/,
    ],
  ])('%j are refused with the remedy, and without repeating a secret', (environment, words) => {
    const faults = faultsOf(environment as Record<string, string>);
    expect(faults).toEqual([expect.stringMatching(words)]);
    expect(faults.join()).not.toContain('canary');
  });

  it.each(['', ' ', 'two words', 'pässword', undefined])(
    'refuse the token %j of an option: with an empty one, a WebSocket would admit anybody',
    (token) => {
      const faults = faultsOf({}, { tokens: { ann: token } });
      expect(faults).toEqual([
        expect.stringMatching(/tokens \(SPARK_API_TOKENS\): the token of ann cannot be sent/),
      ]);
    },
  );

  it.each([
    [{ SPARK_API_OPEN: '1' }],
    [ISSUER],
    [{ ...ISSUER, SPARK_API_ISSUER: 'http://id', SPARK_ALLOW_HTTP_ISSUER: '1' }],
    [{ SPARK_API_TOKENS: 'ann:canary', SPARK_ALLOW_SHORT_API_TOKENS: '1' }],
  ])('start production with %j', (environment) => {
    expect(faultsOf({ NODE_ENV: 'production', ...environment } as Record<string, string>)).toEqual([]);
  });
});
