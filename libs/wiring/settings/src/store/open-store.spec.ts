import { expect, it } from '@jest/globals';
import { JetStreamConnection } from '@nestjs-spark/jetstream/internal';
import { MemoryLogger } from '@nestjs-spark/testing';
import { openSettingsStore } from './open-store.ts';
import { SettingsStoreError } from './settings-store-error.ts';

const connection = new JetStreamConnection({
  url: 'nats://127.0.0.1:1',
  name: 'spec',
  log: new MemoryLogger(),
});

it.each(['http://me:canary@consul:8500', 'me:canary@consul:8500'])(
  'The address of Consul %s is refused, without showing the user and password in it: it would not be sent, and health would show it',
  (address) => {
    const open = () =>
      openSettingsStore(
        { SPARK_SETTINGS_STORE: 'consul:spark', CONSUL_HTTP_ADDR: address },
        { module: 'Fleet', connection },
      );
    expect(open).toThrow(SettingsStoreError);
    expect(open).toThrow(/CONSUL_HTTP_ADDR has a user or a password.*CONSUL_HTTP_TOKEN/);
    expect(open).not.toThrow(/canary/);
  },
);
