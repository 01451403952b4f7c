import { serveJobs } from '@nestjs-spark/sandbox';
import type { ReadJob, ReadReply } from './messages.ts';
import { readScript } from './read-script.ts';

serveJobs<ReadJob, ReadReply>(() => ({
  answer: async (job) => {
    const { user: before } = process.threadCpuUsage();
    const read = readScript(job);
    return { ...read, ms: (process.threadCpuUsage().user - before) / 1_000 };
  },
  settle: async () => {},
}));
