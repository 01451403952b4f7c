import { describeWithServers } from '@nestjs-spark/servers/testing';
import { MemorySink } from '@nestjs-spark/testing';
import type { StoreUnderTest } from './adapters/store-under-test.ts';
import { stores } from './adapters/stores.ts';
import { notACopyConformance, type TargetUnderTest } from './not-a-copy.conformance.ts';

for (const store of stores) {
  describeWithServers(store.needs, `puts of ${store.name}`, () => notACopyConformance(ofStore(store)));
}
notACopyConformance({ name: 'the double in memory', open: async () => inMemory() });

function ofStore(store: StoreUnderTest): TargetUnderTest {
  return {
    name: store.name,
    async open() {
      const open = await store.open();
      return {
        target: open.target(),
        put: (id, json, metadata, collection = 'Cars') => open.put(id, collection, json, metadata),
        delete: (id) => open.delete(id),
        async fields(id) {
          const text = await open.text(id);
          if (text === null) return null;
          const { '@metadata': _, ...fields } = JSON.parse(text) as Record<string, unknown>;
          return fields;
        },
        close: () => open.drop(),
      };
    },
  };
}

function inMemory(): Awaited<ReturnType<TargetUnderTest['open']>> {
  const target = new MemorySink();
  return {
    target,
    put: async (id, json, metadata = {}, collection = 'Cars') =>
      target.write(id, JSON.parse(json) as Record<string, unknown>, metadata, collection),
    delete: async (id) => target.remove(id),
    fields: async (id) => target.documents.get(id.toLowerCase())?.fields ?? null,
    close: async () => undefined,
  };
}
