import { expect, it } from '@jest/globals';
import { describeWithServers } from '@nestjs-spark/servers/testing';
import { hasMark, markOf, readContent } from '@nestjs-spark/streaming/internal';
import { stores } from '../conformance/adapters/stores.ts';
import { checkpointOf } from '../support/checkpoint-of.ts';
import { put } from '../support/copy-commands.ts';

const NAME = 'Fleet/HR/KnownByText';

// Where a store has the text in another form, a comparison asks the owner once more for every single document.
for (const store of stores) {
  describeWithServers(store.needs, `A copy in ${store.name}`, () => {
    it('is recognized by its text alone as what was sent', async () => {
      const open = await store.open();
      try {
        const json = '{"Z":1.10,"A":"Zo\u00eb","Inner":{"b":[1,2],"a":null}}';
        const command = put('known/1', json, 'HR/knownbytext:1', 'Cars', 'Fleet/cars/1', 7);
        await open.target().apply([command], checkpointOf(NAME), null);
        const [stored] = await open.feed().load(['known/1']);
        const content = readContent(Buffer.from(stored?.json ?? '').toString('utf8'));
        const mark = markOf(readContent('document' in command ? command.document : ''), false);
        expect(mark).toMatch(/^x/);
        expect(content).toMatchObject({
          copyOf: 'Fleet/cars/1',
          sourceEtag: 7,
          generation: 'HR/knownbytext:1',
        });
        expect(hasMark(content, mark)).toBe(true);
      } finally {
        await open.drop();
      }
    });
  });
}
