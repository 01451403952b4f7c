import { Catch, ServiceUnavailableException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { sendText, type PlatformRequest, type PlatformResponse } from '../routes/platform.ts';

/** Probes and dashboards know terminus' body, so it is sent unchanged, bypassing the application's own filters. */
@Catch(ServiceUnavailableException)
export class HealthResultFilter implements ExceptionFilter {
  catch(error: ServiceUnavailableException, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    sendText(http.getRequest<PlatformRequest>(), http.getResponse<PlatformResponse>(), {
      status: error.getStatus(),
      headers: { 'Content-Type': 'application/json; charset=utf-8', 'Cache-Control': 'no-store' },
      body: JSON.stringify(error.getResponse()),
    });
  }
}
