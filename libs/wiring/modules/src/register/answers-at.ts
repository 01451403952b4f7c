const TIMEOUT_MS = 5_000;

/** Whether a server answers at an address, whatever it says. True when that could not be determined. */
export async function answersAt(url: string, stop?: AbortSignal): Promise<boolean> {
  if (url === '') return true;
  const limits = [AbortSignal.timeout(TIMEOUT_MS), ...(stop ? [stop] : [])];
  try {
    const response = await fetch(`${url}/health/live`, {
      method: 'HEAD',
      redirect: 'manual',
      signal: AbortSignal.any(limits),
    });
    await response.body?.cancel();
    return true;
  } catch {
    return stop?.aborted ?? false;
  }
}
