import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { cut } from './cut.ts';

const change = fc.record({
  gap: fc.integer({ min: 1, max: 5 }),
  sizes: fc.array(fc.nat(30), { maxLength: 4 }),
});

describe('cutting a page into sets', () => {
  it('covers the page without a gap, keeps every command and its order, and keeps one change together', () => {
    fc.assert(
      fc.property(fc.array(change), fc.nat(9), (changes, rest) => {
        let etag = 10;
        const transformed = changes.map(({ gap, sizes }) => {
          etag += gap;
          return {
            etag,
            commands: sizes.map((size, i) => ({
              type: 'put' as const,
              id: `${etag}/${i}`,
              document: 'x'.repeat(size),
            })),
          };
        });
        const cuts = cut(transformed, 11, etag + rest, { maxSize: 60, maxCommands: 5 });
        expect(cuts[0]?.from).toBe(11);
        expect(cuts.at(-1)?.to).toBe(etag + rest);
        for (const [i, part] of cuts.entries()) if (i > 0) expect(part.from).toBe((cuts[i - 1]?.to ?? 0) + 1);
        expect(cuts.flatMap((part) => part.commands)).toEqual(
          transformed.flatMap(({ commands }) => commands),
        );
        for (const { commands, etag: at } of transformed) {
          if (commands.length === 0) continue;
          const holders = cuts.filter((part) =>
            part.commands.some((command) => command.type === 'put' && command.id.startsWith(`${at}/`)),
          );
          expect(holders).toHaveLength(1);
        }
      }),
    );
  });

  it('makes one empty set of a page without commands', () => {
    expect(cut([], 5, 9)).toEqual([{ from: 5, to: 9, commands: [] }]);
  });

  it('gives a change that is bigger than the bounds a set of its own', () => {
    const big = { etag: 2, commands: [{ type: 'put' as const, id: 'b', document: 'x'.repeat(100) }] };
    const small = { etag: 3, commands: [{ type: 'delete' as const, id: 's' }] };
    expect(cut([big, small], 1, 3, { maxSize: 50, maxCommands: 10 })).toHaveLength(2);
  });
});
