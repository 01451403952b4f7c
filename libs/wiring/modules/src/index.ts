export { KeyFileError } from './identify/key-file.ts';
