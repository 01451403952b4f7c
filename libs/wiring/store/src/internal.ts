export * from './index.ts';
export { RAVEN_CONNECTION } from './hand-out/tokens.ts';
