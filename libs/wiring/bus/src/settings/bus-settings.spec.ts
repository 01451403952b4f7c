import { describe, expect, it } from '@jest/globals';
import { BusSettingsError, readBusSettings } from './bus-settings.ts';

describe('the settings of the bus', () => {
  it('prefer an option to the environment, and the environment to the default', () => {
    const environment = { NATS_URL: 'nats://bus:4222', SPARK_MODULE_NAME: 'HR' };
    expect(readBusSettings({}, environment)).toMatchObject({
      name: 'HR',
      natsUrl: 'nats://bus:4222',
      routeMaxBytes: 67_108_864,
    });
    expect(readBusSettings({ name: 'Fleet', natsUrl: 'nats://other:4222' }, environment)).toMatchObject({
      name: 'Fleet',
      natsUrl: 'nats://other:4222',
    });
    expect(readBusSettings({ name: 'HR' }, { NATS_URL: ' ' }).natsUrl).toBe('nats://127.0.0.1:4222');
  });

  it('end the start with a route that is too small, and say what the least is', () => {
    for (const text of ['1000', 'many', '8388608.5'])
      expect(() => readBusSettings({ name: 'HR' }, { SPARK_ROUTE_MAX_BYTES: text })).toThrow(
        /8388608 at least/,
      );
    expect(readBusSettings({ name: 'HR', routeMaxBytes: 8_388_608 }, {}).routeMaxBytes).toBe(8_388_608);
  });

  it('end the start with credentials that cannot be used', () => {
    const start = (environment: Record<string, string>) => () => readBusSettings({ name: 'HR' }, environment);
    expect(start({ NATS_USER: 'hr' })).toThrow(BusSettingsError);
    expect(start({ NATS_NKEY_SEED_FILE: '/no/such/file' })).toThrow(/NATS_NKEY_SEED_FILE.*cannot be read/);
  });

  it('end the start with an address at which no NATS can be, together with everything else that is wrong', () => {
    const start = () => readBusSettings({}, { NATS_URL: 'http://bus:4222', SPARK_ROUTE_MAX_BYTES: '1' });
    expect(start).toThrow(
      /^The settings of SparkBusModule cannot be used:\n {2}- .*SPARK_MODULE_NAME\n {2}- NATS_URL has "?http:\/\/bus:4222"?, .*: use nats:\/\/.*\n {2}- .*SPARK_ROUTE_MAX_BYTES/,
    );
    expect(() => readBusSettings({ name: 'HR', natsUrl: 'ws://bus' }, {})).toThrow(BusSettingsError);
    expect(readBusSettings({ name: 'HR', natsUrl: 'foo' }, {}).natsUrl).toBe('foo');
  });

  it('end the start without a name, and say where it is given', () => {
    expect(() => readBusSettings({}, {})).toThrow(BusSettingsError);
    expect(() => readBusSettings({}, {})).toThrow(/forRoot\(\{ name \}\).*SPARK_MODULE_NAME/);
  });
});
