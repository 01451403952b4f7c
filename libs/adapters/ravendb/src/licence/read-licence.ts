import type { RavenHttp } from '../connect/raven-http.ts';

/** What the server's licence allows, as far as Spark cares. */
export interface RavenLicence {
  /** RavenDB's word for it: `None`, `Developer`, `Community`, `Professional`, `Enterprise` … */
  type: string;
  /** Whether RavenDB's own ETL may be used. */
  hasRavenEtl: boolean;
}

export async function readLicence(http: RavenHttp): Promise<RavenLicence> {
  const status = await http.getJson<{ Type?: string | null; HasRavenEtl?: boolean }>('/license/status');
  return { type: status?.Type ?? 'None', hasRavenEtl: status?.HasRavenEtl ?? false };
}
