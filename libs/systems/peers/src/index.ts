export type { Conflict, ConflictResolver, Resolution } from './merge/resolve.ts';
