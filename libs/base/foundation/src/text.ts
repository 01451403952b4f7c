/**
 * Comparing names and describing errors, for worker threads: see the entry point of the same name in `contracts`. Also for programs
 * that first check which Node they run on: nothing here needs a recent one.
 */
export { messageOf } from './errors/message-of.ts';
export { nameKey, sameName } from './names/same-name.ts';
export { nearestName } from './names/nearest-name.ts';
export * from './names/module-beside.ts';
export { nodeFault, OLDEST_NODE } from './node-version.ts';
export { decodeUtf8 } from './decode-utf8.ts';
