/** What a command prints, and how it ends. */
export interface Outcome {
  exitCode: 0 | 1;
  text: string;
}
