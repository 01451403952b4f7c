/**
 * Whoever reads what a command prints may have enough, as `head` has: the command ends then as when it is asked to, so that a run
 * stops in order, and without a stack.
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
