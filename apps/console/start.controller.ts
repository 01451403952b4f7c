import { Controller, Get, Redirect } from '@nestjs/common';

/** Redirects whoever opens the address to the console. */
@Controller()
export class StartController {
  @Get()
  @Redirect('/spark/console', 302)
  start(): void {
    // The redirect is all.
  }
}
