/** A route on the map: everything from one owner to one requester. */
export interface Link {
  from: string;
  to: string;
}

export interface Placed {
  name: string;
  /** The centre of the card. */
  x: number;
  y: number;
}

export interface Layout {
  width: number;
  height: number;
  nodes: Placed[];
  /** The points of each link from owner to requester, by `from/to`. */
  ways: Map<string, { x: number; y: number }[]>;
}

interface Slot {
  id: string;
  name: string | null;
  rank: number;
  y: number;
  size: number;
}

export interface Sizes {
  width: number;
  card: number;
  cardHeight: number;
  lane: number;
  gap: number;
  /** Lays the map out from top to bottom, for a phone. */
  down: boolean;
}

/**
 * Assigns layers by the longest path from an owner. A link that crosses a layer gets its own lane there, so that no line runs behind a card.
 * Deterministic. Pure.
 */
export function layOut(names: readonly string[], links: readonly Link[], sizes: Sizes): Layout {
  const ranks = rank(names, links);
  const most = Math.max(0, ...ranks.values());
  const layers: Slot[][] = Array.from({ length: most + 1 }, () => []);
  const slots = new Map<string, Slot>();
  const put = (id: string, name: string | null, at: number): void => {
    const slot = {
      id,
      name,
      rank: at,
      y: 0,
      size: name === null ? sizes.lane : sizes.cardHeight + sizes.gap,
    };
    slots.set(id, slot);
    layers[at]?.push(slot);
  };
  for (const name of names.toSorted()) put(name, name, ranks.get(name) ?? 0);
  const chains = links.map(({ from, to }) => {
    const [low, high] = [ranks.get(from) ?? 0, ranks.get(to) ?? 0];
    const lanes = Array.from(
      { length: Math.max(0, high - low - 1) },
      (_, step) => `${from}/${to}#${low + step + 1}`,
    );
    for (const lane of lanes) put(lane, null, Number(lane.slice(lane.lastIndexOf('#') + 1)));
    return [from, ...lanes, to];
  });
  arrange(layers, neighbours(chains), slots);
  const tall = Math.max(...layers.map((layer) => layer.reduce((sum, { size }) => sum + size, 0)));
  const padding = sizes.down ? 46 : 40;
  const across = sizes.down ? Math.max(sizes.width, tall + 16) : tall + padding * 2;
  settle(layers, neighbours(chains), slots, across);
  const step = most === 0 ? 0 : (sizes.width - sizes.card - 40) / most;
  const along = (at: number): number =>
    sizes.down
      ? padding + sizes.cardHeight / 2 + at * (sizes.cardHeight + 44)
      : 20 + sizes.card / 2 + at * step;
  const place = (id: string): { x: number; y: number } => {
    const { rank: at = 0, y = 0 } = slots.get(id) ?? {};
    return sizes.down ? { x: y, y: along(at) } : { x: along(at), y };
  };
  return {
    width: sizes.down ? across : sizes.width,
    height: sizes.down ? along(most) + sizes.cardHeight / 2 + 20 : across,
    nodes: names.map((name) => ({ name, ...place(name) })),
    ways: new Map(chains.map((chain) => [`${chain[0]}/${chain.at(-1)}`, chain.map(place)])),
  };
}

function rank(names: readonly string[], links: readonly Link[]): Map<string, number> {
  const ranks = new Map(names.map((name) => [name, 0]));
  // Modules may copy from each other in a cycle: stop after as many rounds as there are modules.
  for (let round = 0; round < names.length; round++) {
    let moved = false;
    for (const { from, to } of links) {
      const wanted = (ranks.get(from) ?? 0) + 1;
      if (from === to || (ranks.get(to) ?? 0) >= wanted || wanted >= names.length || closes(links, to, from))
        continue;
      ranks.set(to, wanted);
      moved = true;
    }
    if (!moved) break;
  }
  // An owner is placed right before its first requester.
  for (const name of names) {
    const takers = links.filter(({ from, to }) => from === name && (ranks.get(to) ?? 0) > 0);
    if (takers.length > 0 && !links.some(({ to }) => to === name))
      ranks.set(name, Math.max(0, Math.min(...takers.map(({ to }) => ranks.get(to) ?? 0)) - 1));
  }
  return ranks;
}

/** Whether there is a path back whose end comes first in the alphabet. */
function closes(links: readonly Link[], start: string, end: string): boolean {
  const seen = new Set([start]);
  for (const one of seen) for (const { from, to } of links) if (from === one) seen.add(to);
  return seen.has(end) && start < end;
}

function neighbours(chains: readonly string[][]): Map<string, string[]> {
  const known = new Map<string, string[]>();
  const join = (one: string, other: string): void => {
    known.set(one, [...(known.get(one) ?? []), other]);
  };
  for (const chain of chains)
    for (const [at, id] of chain.entries()) {
      const next = chain[at + 1];
      if (next === undefined) continue;
      join(id, next);
      join(next, id);
    }
  return known;
}

/** Orders each layer by the mean position of the neighbours. */
function arrange(layers: Slot[][], joined: Map<string, string[]>, slots: Map<string, Slot>): void {
  for (const layer of layers) for (const [at, slot] of layer.entries()) slot.y = at - layer.length / 2;
  for (let sweep = 0; sweep < 8; sweep++) {
    for (const layer of sweep % 2 === 0 ? layers : layers.toReversed()) {
      const wanted = new Map(layer.map((slot) => [slot, middle(slot, joined, slots)]));
      layer.sort((a, b) => (wanted.get(a) ?? 0) - (wanted.get(b) ?? 0) || (a.id < b.id ? -1 : 1));
      for (const [at, slot] of layer.entries()) slot.y = at - layer.length / 2;
    }
  }
}

function middle(slot: Slot, joined: Map<string, string[]>, slots: Map<string, Slot>): number {
  const near = (joined.get(slot.id) ?? []).map((id) => slots.get(id)?.y ?? 0);
  return near.length === 0 ? slot.y : near.reduce((sum, y) => sum + y, 0) / near.length;
}

/** Moves each slot as close to its neighbours as its order in the layer permits. */
function settle(
  layers: Slot[][],
  joined: Map<string, string[]>,
  slots: Map<string, Slot>,
  across: number,
): void {
  for (const layer of layers) {
    const sum = layer.reduce((all, { size }) => all + size, 0);
    let y = (across - sum) / 2;
    for (const slot of layer) {
      slot.y = y + slot.size / 2;
      y += slot.size;
    }
  }
  for (let sweep = 0; sweep < 6; sweep++) {
    for (const layer of layers) {
      for (const [at, slot] of layer.entries()) {
        const [before, after] = [layer[at - 1], layer[at + 1]];
        const least = before ? before.y + (before.size + slot.size) / 2 : slot.size / 2 + 8;
        const most = after ? after.y - (after.size + slot.size) / 2 : across - slot.size / 2 - 8;
        slot.y = Math.max(least, Math.min(most, middle(slot, joined, slots)));
      }
    }
  }
}
