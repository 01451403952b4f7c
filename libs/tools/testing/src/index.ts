export { MemoryBoard } from './memory/memory-board.ts';
export { type AppendFault, MemoryChangeLog, MemoryLog } from './memory/memory-change-log.ts';
export { MemoryLeases } from './memory/memory-leases.ts';
export { MemoryLogger } from './memory/memory-logger.ts';
export { MemoryRegistry } from './memory/memory-registry.ts';
export { type MemoryCopy, MemorySink } from './memory/memory-sink.ts';
export { MemorySource } from './memory/memory-source.ts';
export { MemoryState } from './memory/memory-state.ts';
export { MemoryTokenLedger } from './memory/memory-token-ledger.ts';
