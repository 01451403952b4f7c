import { describe, expect, it } from '@jest/globals';
import { operatorTokenIn } from './operator-token.ts';
import { PeersSettingsError } from './options.ts';

const SHORT = { NODE_ENV: 'production', SPARK_OPERATOR_TOKEN: 'canary' };

describe('The operator token of a service', () => {
  it('is null unless it is set, and is read without the spaces around it, as in every other part', async () => {
    expect(await operatorTokenIn({})).toBeNull();
    expect(await operatorTokenIn({ SPARK_OPERATOR_TOKEN: ' ' })).toBeNull();
    expect(await operatorTokenIn({ SPARK_OPERATOR_TOKEN: ' canary\n' })).toBe('canary');
  });

  it('is refused everywhere with a space in it, since no request can carry it, and is not shown', async () => {
    for (const environment of [{}, { NODE_ENV: 'production' }]) {
      const opened = operatorTokenIn({ ...environment, SPARK_OPERATOR_TOKEN: 'a canary of many words' });
      const refusal: unknown = await opened.catch((error: unknown) => error);
      expect(refusal).toBeInstanceOf(PeersSettingsError);
      expect(String(refusal)).toMatch(/SPARK_OPERATOR_TOKEN\) cannot be sent/);
      expect(String(refusal)).not.toContain('canary');
    }
  });

  it('is refused in production where it can be guessed, unless that is allowed, and is not shown', async () => {
    const refusal: unknown = await operatorTokenIn(SHORT).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(PeersSettingsError);
    expect(String(refusal)).toMatch(/fewer than 16 characters.*SPARK_ALLOW_SHORT_OPERATOR_TOKEN=1/);
    expect(String(refusal)).not.toContain('canary');
    expect(await operatorTokenIn({ ...SHORT, SPARK_ALLOW_SHORT_OPERATOR_TOKEN: '1' })).toBe('canary');
    expect(await operatorTokenIn({ ...SHORT, SPARK_OPERATOR_TOKEN: 'x'.repeat(16) })).toBe('x'.repeat(16));
  });
});
