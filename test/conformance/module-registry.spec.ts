import { describeWithServers } from '@nestjs-spark/servers/testing';
import { ravendb } from './adapters/ravendb.ts';
import { jetstream } from './adapters/registry-under-test.ts';
import { moduleRegistryConformance } from './module-registry.conformance.ts';

for (const registry of [ravendb, jetstream]) {
  describeWithServers(registry.needs, `conformance of ${registry.name}`, () =>
    moduleRegistryConformance(registry),
  );
}
