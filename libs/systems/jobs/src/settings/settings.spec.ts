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

  it('have the tokens and passwords of other servers from wherever secrets are kept', () => {
    const environment = {
      SPARK_JOBS_BACKENDS: 'memory,far-away=https://jobs.example',
      APACHE_SPARK_CONNECT_URL: 'sc://spark.example:15002',
      SPARK_JOBS_KAFKA_BROKERS: 'kafka.example:9092',
      SPARK_JOBS_KAFKA_USER: 'jobs',
    };
    const text = (name: string) => `of-a-vault:${name}`;
    expect(resolveJobsSettings({}, environment, { text })).toMatchObject({
      backends: [{ name: 'far-away', token: text('SPARK_JOBS_BACKEND_FAR_AWAY_TOKEN') }],
      apacheSpark: { connect: { token: text('APACHE_SPARK_CONNECT_TOKEN') } },
      kafka: { address: { user: 'jobs', password: text('SPARK_JOBS_KAFKA_PASSWORD') } },
    });
  });

  it.each(['SPARK_JOBS_BACKEND_FAR_AWAY_TOKEN', 'APACHE_SPARK_CONNECT_TOKEN'])(
    'refuse a token that cannot be sent, without showing it: %s',
    (variable) => {
      const environment = {
        SPARK_JOBS_BACKENDS: 'far-away=https://far',
        APACHE_SPARK_CONNECT_URL: 'sc://there',
      };
      for (const token of ['secret\nsecret', 'secret secret', 'secret\u20ac']) {
        const resolve = () => resolveJobsSettings({}, { ...environment, [variable]: token });
        expect(resolve).toThrow(new RegExp(`\\(${variable}\\) cannot be sent`));
        expect(resolve).not.toThrow(/secret/);
      }
    },
  );

  it('publish events where brokers are given', () => {
    expect(resolveJobsSettings({}, {}).kafka).toBeNull();
    const environment = {
      SPARK_JOBS_KAFKA_BROKERS: 'a:9092, b:9092',
      SPARK_JOBS_KAFKA_USER: 'u',
      SPARK_JOBS_KAFKA_PASSWORD: 'p',
      SPARK_JOBS_KAFKA_TLS: '1',
    };
    expect(resolveJobsSettings({ kafka: { topic: 'jobs' } }, environment).kafka).toEqual({
      topic: 'jobs',
      address: {
        brokers: ['a:9092', 'b:9092'],
        user: 'u',
        password: 'p',
        mechanism: 'SCRAM-SHA-512',
        tls: true,
      },
    });
  });

  it.each<[Record<string, string>, RegExp]>([
    [{ SPARK_JOBS_KAFKA_BROKERS: 'kafka://a:9092' }, /SPARK_JOBS_KAFKA_BROKERS\) has to be HOST:PORT/],
    [{ SPARK_JOBS_KAFKA_TOPIC: 'a b' }, /SPARK_JOBS_KAFKA_TOPIC/],
    [{ SPARK_JOBS_KAFKA_USER: 'u' }, /have to be set together/],
    [{ SPARK_JOBS_KAFKA_MECHANISM: 'NONE' }, /SPARK_JOBS_KAFKA_MECHANISM/],
    [{ SPARK_JOBS_KAFKA_TLS: 'yes' }, /SPARK_JOBS_KAFKA_TLS/],
  ])('refuse a wrong address of Kafka: %j', (environment, message) => {
    const all = { SPARK_JOBS_KAFKA_BROKERS: 'a:9092', ...environment };
    expect(() => resolveJobsSettings({}, all)).toThrow(message);
  });

  it('have a cluster by Spark Connect, by a standalone master, or by both', () => {
    expect(resolveJobsSettings({}, {}).apacheSpark).toBeNull();
    const master = { APACHE_SPARK_MASTER_URL: 'spark://there:7077' };
    expect(resolveJobsSettings({}, master).apacheSpark).toMatchObject({
      connect: null,
      master: { master: 'spark://there:7077', rest: 'http://there:6066', ui: 'http://there:8080' },
    });
    const both = { ...master, APACHE_SPARK_CONNECT_URL: 'sc://there' };
    expect(resolveJobsSettings({}, both).apacheSpark).toMatchObject({
      connect: { host: 'there' },
      master: { master: 'spark://there:7077' },
    });
    const wrong = { APACHE_SPARK_MASTER_URL: 'http://there', APACHE_SPARK_REST_URL: 'there:6066' };
    expect(() => resolveJobsSettings({}, wrong)).toThrow('APACHE_SPARK_MASTER_URL');
    expect(() => resolveJobsSettings({}, { ...master, APACHE_SPARK_REST_URL: 'there:6066' })).toThrow(
      'APACHE_SPARK_REST_URL',
    );
  });
});
