import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { layOut } from '../web/map/layout.ts';
import { ported, siblings, tagPlace, withRoom, type Route } from '../web/map/ways.ts';

const SIZES = { width: 1_000, card: 182, cardHeight: 76, lane: 46, gap: 24, down: false };

function draw(links: readonly (readonly [owner: string, requester: string])[]) {
  const routes = links.map(
    ([owner, requester]) => ({ key: `${owner}/${requester}`, owner, requester }) as Route,
  );
  const names = [...new Set(links.flat())];
  const layout = layOut(
    names,
    links.map(([from, to]) => ({ from, to })),
    SIZES,
  );
  const tags = routes.map((route) => ({
    route,
    at: tagPlace(ported(route, routes, layout, SIZES), siblings(route, routes)),
  }));
  return { cards: layout.nodes, tags, shown: withRoom(tags, layout.nodes, SIZES) };
}

const moduleName = fc.integer({ min: 0, max: 30 }).map((n) => `M${n}`);
const someLinks = fc
  .uniqueArray(fc.tuple(moduleName, moduleName), { minLength: 1, maxLength: 30, selector: String })
  .map((links) => links.filter(([owner, requester]) => owner !== requester));

describe('The tags of the map', () => {
  it('are all shown where columns are wide', () => {
    const { tags, shown } = draw([
      ['Fleet', 'HR'],
      ['Fleet', 'Analytics'],
      ['Fleet', 'Billing'],
    ]);
    expect(shown).toEqual(tags);
  });

  it('can each be pointed at, apart from cards and from each other, whoever copies from whom', () => {
    fc.assert(
      fc.property(someLinks, (links) => {
        const { cards, shown } = draw(links);
        for (const { at } of shown) {
          for (const { x, y } of cards)
            expect(Math.abs(x - at.x) > 91 + 12 || Math.abs(y - at.y) > 38 + 12).toBe(true);
          for (const { at: other } of shown)
            expect(other === at || Math.hypot(other.x - at.x, other.y - at.y) >= 24).toBe(true);
        }
      }),
    );
  });
});
