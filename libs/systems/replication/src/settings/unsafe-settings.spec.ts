import { describe, expect, it } from '@jest/globals';
import { resolveSettings } from './resolve-settings.ts';

const SAFE = {
  NODE_ENV: 'production',
  SPARK_MODULE_NAME: 'HR',
  SPARK_MODULE_URL: 'https://hr',
  NATS_URL: 'tls://hr:secret@one:4222,tls://two:4222',
  SPARK_OPERATOR_TOKEN: 'a-token-of-thirty-two-characters',
};
const UNSAFE = { ...SAFE, NATS_URL: 'nats://bus:4222', SPARK_OPERATOR_TOKEN: 'short' };

describe('Production', () => {
  it('starts with settings that are safe, and with operators shut out', () => {
    expect(resolveSettings({}, SAFE).production).toBe(true);
    expect(resolveSettings({}, { ...SAFE, SPARK_OPERATOR_TOKEN: '' }).operatorToken).toBeNull();
  });

  it('does not start with others, and names all of them with their remedies', () => {
    const start = () => resolveSettings({}, UNSAFE);
    expect(start).toThrow(/not encrypted.*use tls:\/\//);
    expect(start).toThrow(/no credentials/);
    expect(start).toThrow(/fewer than 16 characters.*openssl rand/);
    expect(start).not.toThrow(/short"/);
  });

  it.each([
    ['nats://hr:secret@bus:4222', /not encrypted/],
    ['tls://bus:4222', /no credentials/],
    ['tls://hr:secret@one:4222,nats://two:4222', /not encrypted/],
  ])('takes %s for what it is', (NATS_URL, words) => {
    expect(() => resolveSettings({}, { ...SAFE, NATS_URL })).toThrow(words);
  });

  it('asks for the address of NATS where there is none, instead of judging the default', () => {
    const start = () => resolveSettings({}, { ...SAFE, NATS_URL: '' });
    expect(start).toThrow(/NATS_URL\) is missing.*set it to the tls:\/\//);
    expect(start).not.toThrow(/not encrypted/);
    expect(resolveSettings({}, { ...SAFE, NATS_URL: '', SPARK_ALLOW_OPEN_NATS: '1' }).natsUrl).toMatch(
      /4222/,
    );
  });

  it('starts with an authority and credentials that are given beside the address', () => {
    const beside = { NATS_URL: 'nats://bus:4222', NATS_CA: 'authority', NATS_NKEY_SEED: 'SU' };
    expect(resolveSettings({}, { ...SAFE, ...beside }).production).toBe(true);
  });

  it('starts with each where a variable of its own allows it', () => {
    const openNats = { ...UNSAFE, SPARK_ALLOW_OPEN_NATS: '1' };
    expect(() => resolveSettings({}, openNats)).toThrow(/fewer than 16/);
    expect(() => resolveSettings({}, openNats)).not.toThrow(/NATS/);
    const all = { ...openNats, SPARK_ALLOW_SHORT_OPERATOR_TOKEN: '1' };
    expect(resolveSettings({}, all).operatorToken).toBe('short');
  });

  it('does not start, and neither does development, with an operator token that no request can carry', () => {
    const token = 'canary of two words, for which nobody can ask';
    for (const environment of [SAFE, { ...SAFE, NODE_ENV: 'development' }]) {
      const start = () => resolveSettings({}, { ...environment, SPARK_OPERATOR_TOKEN: token });
      expect(start).toThrow(/operatorToken \(SPARK_OPERATOR_TOKEN\) cannot be sent.*without spaces/);
      expect(start).not.toThrow(/canary/);
      expect(start).not.toThrow(/cannot be sent[^]*cannot be sent/);
      expect(() => resolveSettings({ operatorToken: token }, environment)).toThrow(/cannot be sent/);
    }
  });

  it('is the only one that asks', () => {
    expect(resolveSettings({}, { ...UNSAFE, NODE_ENV: 'development' }).production).toBe(false);
  });
});
