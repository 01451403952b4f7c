import { randomUUID } from 'node:crypto';
import {
  ensureDatabase,
  RavenChangeSource,
  RavenChangeSink,
  RavenConnection,
  RavenDocumentWriter,
  RavenHttp,
  RavenModuleRegistry,
  RavenRepository,
  RavenStateStore,
  type RavenSettings,
} from '@nestjs-spark/ravendb/internal';
import { testServers } from '@nestjs-spark/servers/testing';
import { refusingProxy } from '../../support/refusing-proxy.ts';
import type { OpenRegistry } from './registry-under-test.ts';
import type { OpenStore, StoreUnderTest } from './store-under-test.ts';

/** RavenDB is a registry as well. */
interface RavenUnderTest extends StoreUnderTest {
  open(): Promise<OpenStore & OpenRegistry>;
  unreachable(): Promise<OpenStore & OpenRegistry>;
}

export const ravendb: RavenUnderTest = {
  name: 'RavenDB',
  needs: ['ravendb'],
  async open() {
    const settings = {
      urls: [testServers().ravendbUrl],
      database: `conformance-${randomUUID().slice(0, 8)}`,
    };
    const http = new RavenHttp(settings);
    await ensureDatabase(http, settings, { create: true });
    return openStore(settings, http);
  },
  async unreachable() {
    const settings = { urls: ['http://127.0.0.1:9'], database: 'nowhere' };
    return openStore(settings, new RavenHttp(settings));
  },
};

function openStore(settings: RavenSettings, http: RavenHttp): OpenStore & OpenRegistry {
  const closing: (() => Promise<void>)[] = [];
  const closed = <T extends { close(): Promise<void> }>(part: T): T => {
    closing.push(() => part.close());
    return part;
  };
  const text = async (id: string) => {
    const { body } = await http.request({ path: http.path('/docs', { id }) });
    const results = /^\{"Results":\[(.*)\],"Includes":\{\}\}$/s.exec(body.toString('utf8'))?.[1];
    return results === undefined || results === 'null' ? null : results;
  };
  return {
    feed: () => closed(new RavenChangeSource(settings, { pollMs: 500, rollPauseMs: 0 })),
    target: () => closed(new RavenChangeSink(settings)),
    state: () => closed(new RavenStateStore(settings)),
    registry: () => closed(new RavenModuleRegistry(settings, { create: true })),
    repository: (collection, prototype, dictionaries) =>
      new RavenRepository(closed(new RavenConnection(settings)), collection, prototype, dictionaries),
    writer: () => new RavenDocumentWriter(closed(new RavenConnection(settings))),
    text,
    async putText(id, collection, fields, metadata) {
      const own = metadata === '{}' ? '' : `,${metadata.slice(1, -1)}`;
      const inner = fields === '{}' ? '' : `${fields.slice(1, -1)},`;
      const body = `{${inner}"@metadata":{"@collection":${JSON.stringify(collection)}${own}}}`;
      await http.request({ method: 'PUT', path: http.path('/docs', { id }), body });
    },
    async parts(id) {
      const document = await text(id);
      if (document === null) return null;
      // RavenDB writes the metadata last, and what it computes without anything inside that would need care.
      const at = document.lastIndexOf('"@metadata":{');
      const fields = `${document.slice(0, at).replace(/,$/, '')}}`;
      const computed = /"@(collection|change-vector|id|last-modified|flags)":"[^"]*",?/g;
      const metadata = document.slice(at + '"@metadata":'.length, -1).replace(computed, '');
      return { fields, metadata: metadata.replace(/,\}$/, '}') };
    },
    async put(id, collection, json, metadata = {}) {
      const own = JSON.stringify({ '@collection': collection, ...metadata });
      const inner = json.trim().slice(1, -1).trim();
      const path = http.path('/docs', { id });
      await http.request({
        method: 'PUT',
        path,
        body: `{${inner}${inner === '' ? '' : ','}"@metadata":${own}}`,
      });
    },
    async stubborn(id) {
      let keeps = true;
      const deletes = `{"Id":${JSON.stringify(id)},"Type":"DELETE"`;
      const proxy = await refusingProxy(
        testServers().ravendbUrl,
        (commands) => keeps && commands.includes(deletes),
        (_, response) => response.writeHead(403).end('{"Type":"X","Message":"this one stays"}'),
      );
      closing.push(async () => proxy.close());
      const target = closed(new RavenChangeSink({ ...settings, urls: [proxy.url] }));
      return { target, yields: async () => void (keeps = false) };
    },
    async delete(id) {
      await http.request({ method: 'DELETE', path: http.path('/docs', { id }) });
    },
    async ids(prefix) {
      const query = { startsWith: prefix, metadataOnly: true, pageSize: 100_000 };
      const answer = await http.getJson<{ Results: { '@metadata': { '@id': string } }[] }>(
        http.path('/docs', query),
      );
      return (answer?.Results ?? []).map((document) => document['@metadata']['@id']);
    },
    async cleanTombstones() {
      await http.sendJson('POST', http.path('/admin/tombstones/cleanup'));
    },
    async drop() {
      await Promise.all(closing.map((close) => close()));
      if (settings.database !== 'nowhere') {
        await http.sendJson('DELETE', '/admin/databases', {
          DatabaseNames: [settings.database],
          HardDelete: true,
        });
      }
      await http.close();
    },
  };
}
