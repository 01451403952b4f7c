/** Ends the command with a message for its user. */
export class CliError extends Error {
  /** 2: the command is wrong; 1: anything else. */
  readonly exitCode: 1 | 2;

  constructor(message: string, exitCode: 1 | 2 = 1) {
    super(message);
    this.name = 'CliError';
    this.exitCode = exitCode;
  }
}
