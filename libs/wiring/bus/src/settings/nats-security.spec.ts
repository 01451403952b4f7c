import { describe, expect, it } from '@jest/globals';
import { EnvironmentSecrets } from '@nestjs-spark/secrets/internal';
import { natsSecurity, requireOneCredential } from './nats-security.ts';

const read = (environment: Record<string, string>, options = {}) =>
  natsSecurity(options, new EnvironmentSecrets(environment));

describe('The security of NATS', () => {
  it('comes from variables', () => {
    expect(read({ NATS_USER: 'hr', NATS_PASSWORD: 'word', NATS_CA: 'authority' })).toEqual({
      user: 'hr',
      password: 'word',
      ca: 'authority',
    });
  });

  it('comes from options first, which replace the credentials of the environment and not its authorities', () => {
    const environment = { NATS_USER: 'hr', NATS_PASSWORD: 'word', NATS_CA: 'authority' };
    expect(read(environment, { nkeySeed: 'SU' })).toEqual({ nkeySeed: 'SU', ca: 'authority' });
  });

  it.each([
    [{ user: 'hr', password: 'word', token: 'tok' }, /NATS_USER and NATS_TOKEN: give one/],
    [{ user: 'hr' }, /set NATS_USER and NATS_PASSWORD together/],
    [{ password: 'word' }, /set NATS_USER and NATS_PASSWORD together/],
    [{ key: 'key' }, /set NATS_CERTIFICATE and NATS_KEY together/],
  ])('is refused where it is not one, with the remedy: %j', (security, words) => {
    expect(requireOneCredential(security)).toMatch(words);
  });

  it('may be none', () => {
    expect(requireOneCredential({})).toBeNull();
    expect(requireOneCredential({ credentials: 'creds', ca: 'authority' })).toBeNull();
  });
});
