import { expect, it } from '@jest/globals';
import { describeError } from '@nestjs-spark/foundation';
import { ConsulSettingsStore } from './consul-settings-store.ts';

it('Settings in Consul are not asked for with a token that cannot be sent, and no message shows it', async () => {
  const at = { address: 'http://127.0.0.1:9', key: 'spark/fleet', token: () => 'first\nsecond' };
  const said = await new ConsulSettingsStore(at).read().then(String, describeError);
  expect(said).toMatch(/CONSUL_HTTP_TOKEN cannot be sent/);
  expect(said).not.toMatch(/first|second/);
});
