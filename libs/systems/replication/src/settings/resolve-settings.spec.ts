import { describe, expect, it } from '@jest/globals';
import { resolveSettings } from './resolve-settings.ts';
import { ReplicationSettingsError } from './settings-error.ts';

const KEY = 'NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs';
const OTHER_KEY = 'kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k';

describe('the settings of replication', () => {
  it('come from the environment alone when no option is given', () => {
    const settings = resolveSettings(
      {},
      {
        SPARK_MODULE_NAME: 'HR',
        PORT: '5002',
        NATS_URL: 'nats://bus:4222',
        SPARK_REPLICATION_ENGINE: 'stream',
        SPARK_KEYS_DIR: '/keys',
        SPARK_ROUTE_MAX_BYTES: '16777216',
        SPARK_OPERATOR_TOKEN: 'open-sesame',
        SPARK_RETRY_SECONDS: '1, 2.5',
        SPARK_TRUSTED_KEYS: `Fleet=${KEY},fleet=${OTHER_KEY}`,
        NODE_ENV: 'production',
        SPARK_ALLOW_OPEN_NATS: '1',
        SPARK_ALLOW_SHORT_OPERATOR_TOKEN: '1',
      },
    );
    expect(settings).toEqual({
      moduleName: 'HR',
      moduleUrl: 'http://127.0.0.1:5002',
      natsUrl: 'nats://bus:4222',
      natsSecurity: expect.any(Function),
      engine: 'stream',
      keysDir: '/keys',
      routeMaxBytes: 16_777_216,
      operatorToken: 'open-sesame',
      retrySeconds: [1, 2.5],
      batchDocuments: 2_048,
      deploymentsPerMinute: 60,
      scriptOutput: 4_194_304,
      scriptCopies: 4_096,
      scriptLoads: 1_000,
      logLevel: 'application',
      flags: [],
      trustedKeys: new Map([['fleet', [KEY, OTHER_KEY]]]),
      tokenIssuer: null,
      production: true,
      onDrop: 'remove',
      targetUrls: [],
      refuseUnsigned: false,
      verify: null,
      version: expect.stringMatching(/^\d+\.\d+\.\d+/),
    });
  });

  it('refuse an address at which no NATS can be, together with everything else that is wrong', () => {
    const start = () => resolveSettings({}, { NATS_URL: 'http://bus:4222', PORT: '5002' });
    expect(start).toThrow(ReplicationSettingsError);
    expect(start).toThrow(/SPARK_MODULE_NAME[^]*NATS_URL has .*http:\/\/bus:4222.*: use nats:\/\//);
  });

  it('have the documented defaults', () => {
    const settings = resolveSettings({ moduleName: 'HR', moduleUrl: 'https://hr.example/' }, {});
    expect(settings).toMatchObject({
      moduleUrl: 'https://hr.example',
      engine: 'auto',
      natsUrl: 'nats://127.0.0.1:4222',
      keysDir: '.spark/keys',
      operatorToken: null,
      retrySeconds: [2, 10, 30, 60, 300],
      production: false,
    });
  });

  it('take the version that is given, in place of the one in package.json', () => {
    expect(resolveSettings({ moduleName: 'HR', version: '7.1' }, {}).version).toBe('7.1');
  });

  it('prefer an option to the environment', () => {
    const environment = { SPARK_MODULE_NAME: 'Other', SPARK_MODULE_URL: 'http://other' };
    expect(resolveSettings({ moduleName: 'HR' }, environment)).toMatchObject({
      moduleName: 'HR',
      moduleUrl: 'http://other',
    });
  });

  it('treat an empty variable as unset', () => {
    expect(() => resolveSettings({ moduleName: 'A' }, { PORT: 'x3002' })).toThrow(
      /cannot be used:\n {2}- PORT has to be a number up to 65535, or SPARK_MODULE_URL has to be set; it is "x3002"$/,
    );
    expect(() => resolveSettings({}, { SPARK_MODULE_NAME: ' ', PORT: '1' })).toThrow(/SPARK_MODULE_NAME/);
    expect(
      resolveSettings({ moduleName: 'A' }, { PORT: '1', SPARK_OPERATOR_TOKEN: '' }).operatorToken,
    ).toBeNull();
  });

  it('say everything that is wrong at once', () => {
    const wrong = {
      moduleName: 'no name',
      moduleUrl: 'ftp://x',
      retrySeconds: [-1],
      trustedKeys: { HR: 'x' },
      targetUrls: ['http://hr-db:8080', 'hr-db:8080'],
    };
    const error = catchError(() => resolveSettings(wrong, { SPARK_REPLICATION_ENGINE: 'magic' }));
    expect(error).toBeInstanceOf(ReplicationSettingsError);
    expect(error.faults).toHaveLength(6);
  });

  it('never repeat an address that holds a password', () => {
    const error = catchError(() =>
      resolveSettings({ moduleName: 'HR', moduleUrl: 'http://me:canary@host' }, {}),
    );
    expect(error.message).not.toContain('canary');
  });
});

function catchError(action: () => unknown): ReplicationSettingsError {
  try {
    action();
  } catch (error) {
    if (error instanceof ReplicationSettingsError) return error;
  }
  throw new Error('nothing was thrown');
}
