/** What a command prints, and how it ends. */
export interface Outcome {
  /** 2: what was given is refused; 3: what is asked cannot be reached. */
  exitCode: 0 | 1 | 2 | 3;
  text: string;
}
