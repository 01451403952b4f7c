/** Ends the command with a message for its user. */
export class CliError extends Error {
  /** 2: the command itself is wrong; 1: it failed for another reason. */
  readonly exitCode: 1 | 2;

  constructor(message: string, exitCode: 1 | 2 = 1) {
    super(message);
    this.name = 'CliError';
    this.exitCode = exitCode;
  }
}
