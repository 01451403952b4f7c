import { Controller, Get, Redirect } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';

/** Redirects from the root address to the console. */
@ApiExcludeController()
@Controller()
export class StartController {
  @Get()
  @Redirect('/spark/console', 302)
  start(): void {
    // The redirect is all.
  }
}
