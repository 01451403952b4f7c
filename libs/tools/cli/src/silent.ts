/** For what reports only to a log: the command itself says what went wrong. */
export const SILENT = { debug() {}, log() {}, warn() {}, error() {} };
