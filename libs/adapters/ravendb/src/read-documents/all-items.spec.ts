import { describe, expect, it } from '@jest/globals';
import { UnavailableError } from '@nestjs-spark/contracts';
import { RavenHttp } from '../connect/raven-http.ts';
import { readExtraItems } from '../read-extras/extra-items.ts';
import { readItems } from './all-items.ts';

describe("RavenDB's list of changes", () => {
  it.each(['{}', 'null', '{"Results":null}', '{"Type":"X","Message":"no"}', '{"Results":[{"Type":"Docu', ''])(
    'is not taken for empty where the answer is %s',
    async (text) => {
      const http = new RavenHttp({ urls: ['http://127.0.0.1:9'], database: 'd' });
      const node = { request: async () => ({ status: 200, body: Buffer.from(text), whole: true }) };
      const follow = { counters: true, timeSeries: true };
      await expect(readItems(http, node, 1, 10, ['Document'])).rejects.toThrow(UnavailableError);
      await expect(readExtraItems(http, node, 1, 10, follow)).rejects.toThrow(UnavailableError);
      await http.close();
    },
  );
});
