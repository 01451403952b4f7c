import { expect, it } from '@jest/globals';
import { serversOnlyIn } from './servers-for.ts';

it('only the servers that a spec asks for are started for it', () => {
  expect(serversOnlyIn(["describeWithServers(['nats'], 'x')", "const kafka = 'kafka';"])).toEqual({
    kafka: false,
    postgres: false,
  });
  expect(serversOnlyIn(["describeWithOwnServers(['nats', 'postgres'], 'x')"])).toEqual({
    kafka: false,
    postgres: true,
  });
});
