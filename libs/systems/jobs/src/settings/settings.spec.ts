import { describe, expect, it } from '@jest/globals';
import { resolveJobsSettings, type SparkJobsOptions } from './settings.ts';

describe('The settings of jobs', () => {
  it('take limits and quotas from the options, then from the environment', () => {
    const environment = { SPARK_JOBS_LIMITS: 'mail=2', SPARK_JOBS_QUOTAS: 'queued=5, perSecond=6' };
    expect(resolveJobsSettings({ quotas: { queued: 7 } }, environment)).toMatchObject({
      limits: { mail: 2 },
      quotas: { queued: 7, perSecond: 6 },
    });
    expect(resolveJobsSettings({ limits: { mail: 3 } }, environment).limits).toEqual({ mail: 3 });
  });

  it.each<[SparkJobsOptions, Record<string, string>]>([
    [{ limits: { mail: 0 } }, {}],
    [{ limits: { mail: 1.5 } }, {}],
    [{ limits: { mail: Number.NaN } }, {}],
    [{ quotas: { queued: -1 } }, {}],
    [{ quotas: { perSecond: Infinity } }, {}],
    [{}, { SPARK_JOBS_LIMITS: 'mail=0' }],
    [{}, { SPARK_JOBS_LIMITS: 'mail' }],
    [{}, { SPARK_JOBS_QUOTAS: 'queued=many' }],
  ])('refuse numbers that bound nothing: %j %j', (options, environment) => {
    expect(() => resolveJobsSettings(options, environment)).toThrow(/has to be whole numbers from 1/);
  });
});
