import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ModuleState } from './ask/state.ts';
import { drawingFor } from '../web/map/fit.ts';
import { groupModules } from '../web/map/group-modules.ts';
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
          // No more than a card's padding is covered.
          for (const { x, y } of cards)
            expect(Math.abs(x - at.x) > 91 + 65 - 12 || Math.abs(y - at.y) > 38 + 13).toBe(true);
          for (const { at: other } of shown)
            expect(other === at || Math.hypot(other.x - at.x, other.y - at.y) >= 24).toBe(true);
        }
      }),
    );
  });
});

describe('The drawing of the map', () => {
  const hub = (many: number) =>
    Array.from({ length: many }, (_, at) => ({ key: `${at}`, owner: 'Fleet', requester: `M${at}` }) as Route);
  const drawn = (routes: readonly Route[], width: number) =>
    drawingFor([...new Set(routes.flatMap(({ owner, requester }) => [owner, requester]))], routes, width);
  const chain = (many: number) =>
    hub(many).map((one, at) => ({ ...one, owner: `M${at}`, requester: `M${at + 1}` }));

  it('has large cards where there is room, and smaller ones where that makes it readable', () => {
    expect(drawn(hub(3), 1_080)?.sizes.card).toBe(182);
    expect(drawn(chain(4), 1_080)?.sizes.card).toBe(132);
    expect(drawn(hub(3), 360)?.sizes.down).toBe(true);
  });

  it('is left out where cards would be too close, too small, or too many to be seen together', () => {
    expect(drawn(chain(8), 1_080)).toBeNull();
    expect(drawn(hub(60), 1_080)).toBeNull();
    expect(drawn(hub(12), 360)).toBeNull();
  });
});

describe('The modules of the field', () => {
  const module = (name: string, changes: object = {}) =>
    ({ name, reachable: true, permitted: true, ...changes }) as ModuleState;
  const route = (requester: string, state: string) =>
    ({ key: requester, owner: 'Fleet', requester, worst: { state } }) as Route;

  it('are grouped by how they stand, those first that somebody has to look at, each once and in order', () => {
    const modules = ['Fleet', 'M10', 'M2', 'New'].map((name) => module(name));
    const silent = [module('Gone', { reachable: false }), module('Shut', { permitted: false })];
    const routes = [
      route('M2', 'Refused'),
      route('New', 'Snapshotting'),
      route('M10', 'Streaming'),
      route('M2', 'Streaming'),
    ];
    const names = [...modules, ...silent].map(({ name }) => name);
    expect(
      groupModules([...names, 'Unregistered'], [...modules, ...silent], routes).map(
        ({ standing, members }) => [standing, members.map(({ name }) => name)],
      ),
    ).toEqual([
      ['trouble', ['M2']],
      ['away', ['Gone', 'Shut', 'Unregistered']],
      ['moving', ['New']],
      ['fine', ['Fleet', 'M10']],
    ]);
  });
});
