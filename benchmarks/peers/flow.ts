/** What a way from Kafka to PostgreSQL is told. */
export interface FlowJob {
  brokers: string;
  url: string;
  topic: string;
  table: string;
  records: number;
  perBatch: number;
  /** Of a pipeline. */
  transforms: readonly object[];
  /** For what it wants to keep. */
  folder: string;
}

/** What it took, from its first call to the last commit. */
export interface FlowTook {
  seconds: number;
  cpuSeconds: number;
  rssMb: number;
}

/** Runs a way in this process, and prints what it took. */
export async function measureFlow(way: (job: FlowJob) => Promise<void>): Promise<void> {
  const job = JSON.parse(process.argv[2] ?? '') as FlowJob;
  const began = performance.now();
  const before = process.cpuUsage();
  await way(job);
  const { user, system } = process.cpuUsage(before);
  const took: FlowTook = {
    seconds: (performance.now() - began) / 1e3,
    cpuSeconds: (user + system) / 1e6,
    rssMb: process.resourceUsage().maxRSS / 1024,
  };
  process.stdout.write(JSON.stringify(took), () => process.exit());
}
