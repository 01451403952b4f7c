/** For what only reports to a log: the command itself says what went wrong. */
export const SILENT = { debug() {}, log() {}, warn() {}, error() {} };
