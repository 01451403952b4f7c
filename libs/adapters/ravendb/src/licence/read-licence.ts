import type { RavenHttp } from '../connect/raven-http.ts';

/** The parts of the server's licence that matter to Spark. */
export interface RavenLicence {
  /** RavenDB's term: `None`, `Developer`, `Community`, `Professional`, `Enterprise` … */
  type: string;
  /** Whether RavenDB's own ETL may be used. */
  hasRavenEtl: boolean;
}

export async function readLicence(http: RavenHttp): Promise<RavenLicence> {
  const status = await http.getJson<{ Type?: string | null; HasRavenEtl?: boolean }>('/license/status');
  return { type: status?.Type ?? 'None', hasRavenEtl: status?.HasRavenEtl ?? false };
}
