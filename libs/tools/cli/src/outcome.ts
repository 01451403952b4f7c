/** What a command prints, and its exit code. */
export interface Outcome {
  /** 2: the command or its input is refused; 3: what it needs cannot be reached. */
  exitCode: 0 | 1 | 2 | 3;
  text: string;
}
