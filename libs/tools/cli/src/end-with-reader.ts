/**
 * Whoever reads what a command prints may stop early, as `head` does. The command then ends as if it had been asked to, so that a run
 * stops in order, and without a stack trace.
 */
export function endWithReader(): void {
  let isOver = false;
  const end = (error: NodeJS.ErrnoException): void => {
    if (error.code !== 'EPIPE') throw error;
    if (isOver) return;
    isOver = true;
    process.kill(process.pid, 'SIGTERM');
  };
  process.stdout.on('error', end);
  process.stderr.on('error', end);
}
