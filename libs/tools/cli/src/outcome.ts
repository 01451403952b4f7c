/** What a command prints, and its exit code. */
export interface Outcome {
  /** 2: the input is refused; 3: the target cannot be reached. */
  exitCode: 0 | 1 | 2 | 3;
  text: string;
}
