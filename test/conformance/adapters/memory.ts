import { MemoryBoard, MemoryRegistry, MemoryState } from '@nestjs-spark/testing';
import type { BoardUnderTest } from './board-under-test.ts';
import type { RegistryUnderTest } from './registry-under-test.ts';
import type { StateUnderTest } from './store-under-test.ts';

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
