import { MemoryBoard, MemoryRegistry, MemorySink, MemorySource, MemoryState } from '@nestjs-spark/testing';
import { ravenKey } from '@nestjs-spark/contracts/internal';
import type { BoardUnderTest } from './board-under-test.ts';
import type { RegistryUnderTest } from './registry-under-test.ts';
import type { SinkUnderTest, SourceUnderTest, StateUnderTest } from './store-under-test.ts';

const drop = async (): Promise<void> => undefined;

/** The doubles that specs use in place of a server: they have to keep the same promises. */
export const memoryState: StateUnderTest = {
  name: 'memory',
  needs: [],
  open: async () => openState(false),
  unreachable: async () => openState(true),
};

export const memoryRegistry: RegistryUnderTest = {
  name: 'memory',
  needs: [],
  open: async () => openRegistry(false),
  unreachable: async () => openRegistry(true),
};

export const memoryBoard: BoardUnderTest = {
  name: 'memory',
  needs: [],
  open: async () => openBoard(false),
  unreachable: async () => openBoard(true),
};

export const memorySource: SourceUnderTest = {
  name: 'memory',
  needs: [],
  open: async () => openSource(false),
  unreachable: async () => openSource(true),
};

export const memorySink: SinkUnderTest = {
  name: 'memory',
  needs: [],
  open: async () => openSink(false),
  unreachable: async () => openSink(true),
};

function openState(away: boolean) {
  const state = Object.assign(new MemoryState(), { away });
  return { state: () => state, drop };
}

function openRegistry(away: boolean) {
  const registry = Object.assign(new MemoryRegistry(), { away });
  return { registry: () => registry, drop };
}

function openBoard(away: boolean) {
  const board = Object.assign(new MemoryBoard(), { away });
  return { board: () => board, drop };
}

function openSource(isAway: boolean) {
  const source = Object.assign(new MemorySource(), { isAway });
  return {
    feed: () => source,
    put: async (id: string, collection: string, json: string, metadata: Record<string, string> = {}) =>
      source.putText(id, json, collection, metadata['spark-source'] ?? null),
    delete: async (id: string) => source.delete(id),
    cleanTombstones: async () => source.cleanTombstones(),
    drop,
  };
}

function openSink(isAway: boolean) {
  const sink = Object.assign(new MemorySink(), { isAway });
  const state = new MemoryState();
  return {
    target: () => sink,
    state: () => state,
    put: async (id: string, collection: string, json: string, metadata: Record<string, string> = {}) =>
      sink.writeText(id, json, metadata, collection),
    text: async (id: string) => sink.textOf(id),
    ids: async (prefix: string) =>
      [...sink.documents.values()]
        .map(({ id }) => id)
        .filter((id) => ravenKey(id).startsWith(ravenKey(prefix)))
        .toSorted(),
    stubborn: async (id: string) => {
      sink.refusesToDelete = (copy) => copy.id === id;
      return { target: sink, yields: async () => void (sink.refusesToDelete = () => false) };
    },
    drop,
  };
}
