/** `POST /receive`, the hello-world protocol's message that something was recorded. It is a hint: the log is asked, whatever it says. */
import { Controller, HttpCode, Logger, Module, Post } from '@nestjs/common';
import { RequireScope } from '../../runtime/access/required-scope.js';
import { EventLog } from '../../runtime/event-log/event-log.js';
import { ApiEndpoint } from '../../runtime/http/kernel/api-docs.js';
import { PROTOCOL_PATHS } from '../../runtime/http/kernel/paths.js';

@Controller()
@RequireScope('public')
export class ReceiveController {
  readonly #logger = new Logger('EventLog');
  /** One question answers all hints that arrive meanwhile. */
  #isAsking = false;

  constructor(private readonly log: EventLog) {}

  @Post(PROTOCOL_PATHS.receive)
  @HttpCode(204)
  @ApiEndpoint({
    tag: 'hello world',
    summary: 'Hear that something was recorded',
    id: 'receive',
    answers: { 204: { description: 'The log is asked. What the body says is not used' } },
  })
  receive(): void {
    if (this.#isAsking) return;
    this.#isAsking = true;
    void this.#ask();
  }

  async #ask(): Promise<void> {
    try {
      await this.log.head();
    } catch (error) {
      this.#logger.debug(error instanceof Error ? error.message : String(error));
    }
    this.#isAsking = false;
  }
}

@Module({ controllers: [ReceiveController] })
export class ReceiveModule {}
