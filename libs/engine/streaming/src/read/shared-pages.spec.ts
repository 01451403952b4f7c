import { describe, expect, it } from '@jest/globals';
import type { ChangePage, FeedQuery } from '@nestjs-spark/contracts/internal';
import { MemorySource } from '@nestjs-spark/testing';
import { SharedPages } from './shared-pages.ts';

const READING = { collection: 'Cars', from: 1, deletesAfter: 0 };
const TWO = { documents: 2 };

class CountedSource extends MemorySource {
  readonly questions: FeedQuery[] = [];

  override read(query: FeedQuery): Promise<ChangePage> {
    this.questions.push(query);
    return super.read(query);
  }
}

function sourceOf(cars: number): CountedSource {
  const source = new CountedSource();
  for (let n = 1; n <= cars; n++) source.put(`cars/${n}`, { N: n });
  return source;
}

const idsIn = ({ changes }: ChangePage) => changes.map(({ id }) => id);

describe('Readers of one collection', () => {
  it('share a page that one of them has read, whoever comes first, each from its own place', async () => {
    const source = sourceOf(6);
    const pages = new SharedPages(source, TWO);
    const [one, other] = [pages.join(READING), pages.join(READING)];
    const first = await one.read(1, false);
    const second = await one.read(first.to + 1, false);
    expect(idsIn(await other.read(1, false))).toEqual(idsIn(first));
    expect(idsIn(await other.read(second.from + 1, false))).toEqual(idsIn(second).slice(1));
    await other.read(second.to + 1, false);
    await one.read(second.to + 1, false);
    expect(source.questions).toHaveLength(3);
  });

  it('share a page that is under way', async () => {
    const source = sourceOf(2);
    const pages = new SharedPages(source, TWO);
    const [one, other] = [pages.join(READING), pages.join(READING)];
    const [first, same] = await Promise.all([one.read(1, false), other.read(1, false)]);
    expect(idsIn(same)).toEqual(idsIn(first));
    expect(source.questions).toHaveLength(1);
  });

  it.each([
    ['wants it fresh', (reader: ReturnType<SharedPages['join']>) => reader.read(1, true)],
    [
      'says that only what is read from now on counts',
      (reader: ReturnType<SharedPages['join']>) => {
        reader.renew();
        return reader.read(1, false);
      },
    ],
  ])('are given nothing that was read before one of them %s', async (_, read) => {
    const source = sourceOf(2);
    const pages = new SharedPages(source, TWO);
    const [one, other] = [pages.join(READING), pages.join(READING)];
    await one.read(1, false);
    source.put('cars/1', { N: 7 });
    expect(idsIn(await read(other))).toEqual(['cars/2', 'cars/1']);
  });

  it('that joined later are given nothing that was read before', async () => {
    const source = sourceOf(2);
    const pages = new SharedPages(source, TWO);
    const [one, other] = [pages.join(READING), pages.join(READING)];
    await one.read(1, false);
    await pages.join(READING).read(1, false);
    expect(source.questions).toHaveLength(2);
    await other.read(1, false);
    expect(source.questions).toHaveLength(2);
  });

  it('have the source forget what it read ahead, once, when one of them joins or wants what is read from now on', async () => {
    const source = sourceOf(2);
    const pages = new SharedPages(source, { documents: 10 });
    const [one, other] = [pages.join(READING), pages.join(READING)];
    await one.read(1, false);
    await other.read(1, false);
    await one.read(3, false);
    other.renew();
    await one.read(4, false);
    await other.read(4, false);
    await other.read(5, false);
    expect(source.questions.map(({ from, fresh }) => [from, fresh])).toEqual([
      [1, true],
      [3, false],
      [4, false],
      [4, true],
      [5, false],
    ]);
  });

  it('receive the deletes since each of them began, and no others', async () => {
    const source = sourceOf(1);
    source.delete('cars/1');
    const began = source.now('any').lastEtag;
    source.put('cars/2', {});
    source.delete('cars/2');
    const pages = new SharedPages(source, { documents: 10 });
    const [early, late] = [pages.join(READING), pages.join({ ...READING, deletesAfter: began })];
    expect(idsIn(await late.read(1, false))).toEqual(['cars/2']);
    expect(idsIn(await early.read(1, false))).toEqual(['cars/1', 'cars/2']);
    expect(source.questions).toHaveLength(1);
  });

  it('read for themselves what is too far behind to be kept', async () => {
    const source = sourceOf(6);
    const pages = new SharedPages(source, TWO, 1);
    const [one, other] = [pages.join(READING), pages.join(READING)];
    const first = await one.read(1, false);
    await one.read(first.to + 1, false);
    expect(idsIn(await other.read(1, false))).toEqual(idsIn(first));
    expect(source.questions).toHaveLength(3);
  });

  it('keep no page whose documents hold more in memory than may be kept', async () => {
    const source = sourceOf(2);
    const answer = Buffer.alloc(64 * 1024);
    let questions = 0;
    const cut: Pick<CountedSource, 'read'> = {
      read: async (query) => {
        questions++;
        const page = await source.read(query);
        const changes = page.changes.map((one) =>
          one.kind === 'put' ? { ...one, json: answer.subarray(0, 16) } : one,
        );
        return { ...page, changes };
      },
    };
    const pages = (keptBytes: number) => new SharedPages(cut, { documents: 10 }, keptBytes);
    for (const shared of [pages(64 * 1024), pages(64 * 1024 - 1)]) {
      const [one, other] = [shared.join(READING), shared.join(READING)];
      await one.read(1, false);
      await other.read(1, false);
    }
    expect(questions).toBe(1 + 2);
  });

  it('are not held up by a failure that another one met', async () => {
    const source = sourceOf(2);
    const failing = Promise.withResolvers<ChangePage>();
    const answers = [failing.promise];
    const pages = new SharedPages({ read: (query) => answers.shift() ?? source.read(query) }, TWO);
    const [one, other] = [pages.join(READING), pages.join(READING)];
    const [first, second] = [one.read(1, false), other.read(1, false)];
    failing.reject(new Error('away'));
    await expect(first).rejects.toThrow('away');
    expect(idsIn(await second)).toEqual(['cars/1', 'cars/2']);
  });

  it.each([1, 2])(
    'look for deletes themselves where another one could not, from etag %i on',
    async (from) => {
      const source = sourceOf(2);
      const failing = Promise.withResolvers<never>();
      let questions = 0;
      const read: CountedSource['read'] = async (query) => {
        const page = await source.read(query);
        return questions++ === 0 ? { ...page, deletes: failing.promise } : page;
      };
      const pages = new SharedPages({ read }, TWO);
      const [one, other] = [pages.join(READING), pages.join(READING)];
      const first = await one.read(1, false);
      const second = other.read(from, false);
      failing.reject(new Error('away'));
      await expect(first.deletes).rejects.toThrow('away');
      expect(await (await second).deletes).toBe('kept');
      expect(questions).toBe(2);
    },
  );

  it('keep nothing when they have all passed, or left', async () => {
    const source = sourceOf(2);
    const pages = new SharedPages(source, TWO);
    const [one, other] = [pages.join(READING), pages.join(READING)];
    await one.read(1, false);
    other.leave();
    one.leave();
    const [again, another] = [pages.join(READING), pages.join(READING)];
    await Promise.all([again.read(1, false), another.read(1, false)]);
    expect(source.questions).toHaveLength(2);
  });
});
