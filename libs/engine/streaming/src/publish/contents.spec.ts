import { describe, expect, it, jest } from '@jest/globals';
import type { AttachmentCopy, ChangeCommand } from '@nestjs-spark/contracts';
import type { SourceExtras } from '@nestjs-spark/contracts/internal';
import { MemoryLog } from '@nestjs-spark/testing';
import { Contents } from './contents.ts';

const attachment = (name: string, hash: string): AttachmentCopy => ({
  name,
  hash,
  contentType: 'text/plain',
  size: 1,
  source: { id: 'cars/1', name },
  content: null,
});
const command = (id: string, ...attachments: AttachmentCopy[]): ChangeCommand => ({
  type: 'attachments',
  id,
  attachments,
});

/** A source whose attachments have their own name as content and hash. */
class Source implements Pick<SourceExtras, 'openAttachment'> {
  opened = 0;
  async openAttachment(_id: string, name: string) {
    if (name === 'gone') return null;
    this.opened++;
    return { hash: name, content: one(name) };
  }
  counters = async () => [];
  timeSeries = async () => [];
}

async function* one(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}

describe('Contents beside a set', () => {
  const source = new Source();
  const log = new MemoryLog();
  const contents = new Contents(source);
  const attach = async (...commands: ChangeCommand[]) => {
    const opened = source.opened;
    const { commands: attached, published } = await contents.attach(commands, () => log.contents(0));
    published();
    const names = attached.flatMap((done) => (done.type === 'attachments' ? done.attachments : []));
    return {
      names: names.map(({ name, content }) => [name, content !== null]),
      read: source.opened - opened,
    };
  };

  it('are stored once for each content of the set', async () => {
    const { names, read } = await attach(
      command('cars/1', attachment('a', 'a')),
      command('cars/2', attachment('a', 'a')),
    );
    expect([names, read]).toEqual([
      [
        ['a', true],
        ['a', true],
      ],
      1,
    ]);
  });

  it('are not stored again for a copy that has them', async () => {
    const { names, read } = await attach(command('cars/1', attachment('a', 'a'), attachment('b', 'b')));
    expect(names).toEqual([
      ['a', false],
      ['b', true],
    ]);
    expect(read).toBe(1);
  });

  it('are stored again when the copy went in between', async () => {
    await attach({ type: 'delete', id: 'Cars/1' });
    expect(await attach(command('cars/1', attachment('a', 'a')))).toEqual({ names: [['a', true]], read: 1 });
  });

  it('that are gone or other ones by now are left out: their document has changed and comes again', async () => {
    const { names } = await attach(
      command('cars/3', attachment('gone', 'gone'), attachment('c', 'before'), attachment('d', 'd')),
    );
    expect(names).toEqual([['d', true]]);
  });

  it('are remembered and forgotten with as much work as there are copies and deletes, not as their product', async () => {
    const count = 500;
    const ids = Array.from({ length: count }, (_, at) => at);
    await attach(...ids.map((at) => command(`vans/${at}`, attachment('a', 'a'))));
    const spies = (['startsWith', 'slice'] as const).map((name) => jest.spyOn(String.prototype, name));
    try {
      await attach(...ids.map((at): ChangeCommand => ({ type: 'delete', id: `buses/${at}` })));
      const steps = spies.reduce((sum, { mock }) => sum + mock.calls.length, 0);
      expect(steps).toBeLessThan(10 * count);
    } finally {
      jest.restoreAllMocks();
    }
    expect((await attach(command('vans/1', attachment('a', 'a')))).read).toBe(0);
    await attach({ type: 'delete-prefix', prefix: 'vans/1' });
    expect((await attach(command('vans/1', attachment('a', 'a')))).read).toBe(1);
    expect((await attach(command('vans/2', attachment('a', 'a')))).read).toBe(0);
  });
});
