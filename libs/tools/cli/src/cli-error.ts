/** Ends the command with a message for whoever typed it. */
export class CliError extends Error {
  /** 2: the command has to be written differently; 1: something else stands against it. */
  readonly exitCode: 1 | 2;

  constructor(message: string, exitCode: 1 | 2 = 1) {
    super(message);
    this.name = 'CliError';
    this.exitCode = exitCode;
  }
}
