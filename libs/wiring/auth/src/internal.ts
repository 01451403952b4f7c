export * from './index.ts';
export { readTokens } from './settings/read-tokens.ts';
