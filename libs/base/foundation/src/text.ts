/** Comparing names and describing errors, for worker threads: see the entry point of the same name in `contracts`. */
export { messageOf } from './errors/message-of.ts';
export { nameKey, sameName } from './names/same-name.ts';
export { nearestName } from './names/nearest-name.ts';
export * from './names/module-beside.ts';
export { decodeUtf8 } from './decode-utf8.ts';
