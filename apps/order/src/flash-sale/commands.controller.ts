import { Controller, Get, Inject, Param } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { CommandAnswers } from '@varve/bus';
import type { CommandAnswer } from '@varve/bus';
import { commandIdSchema } from './flash-sale-bodies.js';
import type { CommandBody } from './flash-sale-bodies.js';
import { ApiCommandAnswer } from './openapi.js';

@ApiTags('commands')
@Controller('commands')
export class CommandsController {
  constructor(@Inject(CommandAnswers) private readonly answers: CommandAnswers) {}

  @Get(':commandId')
  @ApiCommandAnswer('What became of a command')
  async show(@Param('commandId', { schema: commandIdSchema }) commandId: string): Promise<CommandBody> {
    return commandBodyOf(commandId, await this.answers.answerOf({ id: commandId }));
  }
}

export function commandBodyOf(commandId: string, answer: CommandAnswer): CommandBody {
  switch (answer.status) {
    case 'pending':
      return { commandId, status: 'pending' };
    case 'accepted': {
      const { stream, lastVersion: version, position } = answer.commit;
      return { commandId, status: 'accepted', stream, version, position };
    }
    case 'refused':
      return { commandId, status: 'refused', code: answer.refusal.code, reason: answer.refusal.reason };
  }
}
