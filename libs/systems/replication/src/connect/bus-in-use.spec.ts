import { describe, expect, it, jest } from '@jest/globals';
import { SparkBus } from '@nestjs-spark/bus';
import { resolveSettings } from '../settings/resolve-settings.ts';
import { ReplicationSettingsError } from '../settings/settings-error.ts';
import { BusInUse } from './bus-in-use.ts';

const NOWHERE = 'nats://127.0.0.1:9';
const settings = resolveSettings({ moduleName: 'HR', moduleUrl: 'http://hr', natsUrl: NOWHERE }, {});

describe('replication', () => {
  it("works over the application's bus, and leaves closing it to the application", async () => {
    const shared = new SparkBus({ ...settings, name: 'HR', security: () => ({}) });
    const closing = jest.spyOn(shared, 'close');
    const inUse = new BusInUse(settings, shared);
    expect(inUse.bus).toBe(shared);
    await inUse.close();
    expect(closing).not.toHaveBeenCalled();
    await shared.close();
  });

  it('opens a bus of its own, named as the module, where the application has none', async () => {
    const inUse = new BusInUse(settings);
    expect(inUse.bus.name).toBe('HR');
    await inUse.close();
    await expect(inUse.bus.connection.ready()).rejects.toThrow('NATS');
  });

  it('does not start over a bus with another name, and says how to name it', async () => {
    const shared = new SparkBus({ ...settings, name: 'Sales', security: () => ({}) });
    expect(() => new BusInUse(settings, shared)).toThrow(ReplicationSettingsError);
    expect(() => new BusInUse(settings, shared)).toThrow(/SparkBusModule\.forRoot\(\{ name: 'HR' \}\)/);
    await shared.close();
  });
});
