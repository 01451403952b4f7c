/** Where a part logs what it does; Nest's Logger fits. */
export interface Logger {
  debug(message: string): void;
  log(message: string): void;
  warn(message: string): void;
  error(message: string, cause?: unknown): void;
}
