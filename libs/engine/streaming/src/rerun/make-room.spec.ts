import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ChangePage, SourceChange } from '@nestjs-spark/contracts/internal';
import { makeRoom } from './make-room.ts';

function pageOf(from: number, etags: number[], to: number): ChangePage {
  const changes = etags.map((etag): SourceChange => ({ kind: 'delete', id: `cars/${etag}`, etag }));
  return {
    databaseId: 'db',
    from,
    to,
    drained: true,
    lastEtag: to,
    changes,
    deletes: Promise.resolve('kept'),
  };
}

describe('room in a page for what is run again', () => {
  it('is after the last change where the page goes on after it', () => {
    const found = makeRoom(pageOf(5, [6, 7], 9));
    expect(found?.room).toMatchObject({ from: 8, to: 9, changes: [], drained: true });
    expect(found?.before).toMatchObject({ from: 5, to: 7, drained: false });
    expect(found?.after).toBeNull();
  });

  it('is not there when every etag has a change, or the page covers nothing', () => {
    expect(makeRoom(pageOf(5, [5, 6], 6))).toBeNull();
    expect(makeRoom(pageOf(5, [], 4))).toBeNull();
  });

  it('cuts any page into parts that cover it without a gap, each change in its part', () => {
    const pages = fc
      .tuple(fc.nat(20), fc.uniqueArray(fc.nat(40), { maxLength: 12 }), fc.nat(60))
      .map(([from, etags, end]) => {
        const inside = etags.filter((etag) => etag >= from).toSorted((a, b) => a - b);
        return pageOf(from, inside, Math.max(end, inside.at(-1) ?? from - 1));
      });
    fc.assert(
      fc.property(pages, (page) => {
        const found = makeRoom(page);
        if (!found) return page.changes.length === page.to - page.from + 1;
        const parts = [found.before, found.room, found.after].filter((part) => part !== null);
        let next = page.from;
        for (const part of parts) {
          if (part.from !== next || part.to < part.from) return false;
          if (part.changes.some(({ etag }) => etag < part.from || etag > part.to)) return false;
          next = part.to + 1;
        }
        const changes = parts.flatMap((part) => part.changes);
        return next === page.to + 1 && changes.length === page.changes.length;
      }),
    );
  });
});
