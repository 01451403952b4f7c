export { MemoryBoard } from './memory/memory-board.ts';
export { MemoryLog } from './memory/memory-log.ts';
export { MemoryRegistry } from './memory/memory-registry.ts';
export { MemoryState } from './memory/memory-state.ts';
