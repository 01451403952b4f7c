import { describe, expect, it } from '@jest/globals';
import { redacted, secretsOf, withoutSecrets } from './secrets.ts';

const HIDDEN = '*********(redacted)';

describe('Secrets of an application', () => {
  const application = {
    kind: 'spark-app' as const,
    resource: '/app.py',
    args: ['in.json', '--api-token=abcdef', '--password', 'ghijkl', '--password=', 'x', 'db_secret=a=b=c'],
    properties: { 'spark.hadoop.fs.s3a.access.key': 'mnopqr', 'spark.cores.max': '4' },
  };

  it('are not shown, by the names of settings and arguments', () => {
    expect(withoutSecrets(application)).toEqual({
      ...application,
      args: [
        'in.json',
        `--api-token=${HIDDEN}`,
        '--password',
        HIDDEN,
        `--password=${HIDDEN}`,
        'x',
        `db_secret=${HIDDEN}`,
      ],
      properties: { 'spark.hadoop.fs.s3a.access.key': HIDDEN, 'spark.cores.max': '4' },
    });
  });

  it('are taken out of what it writes, and a longer one before its part', () => {
    const secrets = [
      ...secretsOf(application),
      ...secretsOf({ properties: { 'spark.password': 'abcdefgh' } }),
    ];
    expect(secrets).toEqual(['mnopqr', 'abcdef', 'ghijkl', 'a=b=c', 'abcdefgh']);
    expect(redacted('x abcdef y mnopqr', secrets)).toBe(`x ${HIDDEN} y ${HIDDEN}`);
    const both = secretsOf({ args: ['--token=abcd', '--password=abcdef'] });
    expect(redacted('abcdef', both)).toBe(HIDDEN);
  });

  it('other transformations have none', () => {
    const sql = { kind: 'sql' as const, sql: 'SELECT 1', args: { password: 'x' } };
    expect(withoutSecrets(sql)).toBe(sql);
  });
});
