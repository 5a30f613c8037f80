/** Commands: each is sent until it is answered, under a key of its own, so that it is carried out once. */
import { placedIn, segmentOf } from './paths.js';
import { UnexpectedAnswer, type Transport } from './transport.js';
import type { CommandInput, CommandOf, CreationInput, SubjectOf } from './types.js';

export interface CommandOptions {
  readonly signal?: AbortSignal;
  /** Default: a random one for each command. */
  readonly idempotencyKey?: string;
  /** In the metadata of what is recorded: 1 to 200 printable ASCII characters. Default: none. */
  readonly correlationId?: string;
}

export interface CommandAnswer {
  /** That of the last event that it has recorded. */
  readonly position: number;
  /** The path at which the result can be seen. */
  readonly location: string | undefined;
  readonly body: Readonly<Record<string, unknown>>;
}

/** A subject, and which commands its state allows now. */
export interface SubjectAnswer {
  readonly commands: Readonly<Record<string, { readonly method: string; readonly href: string }>>;
  readonly [member: string]: unknown;
}

/** The subjects of one decider. */
export class DeciderClient<Decider> {
  constructor(
    private readonly commands: CommandSender,
    private readonly path: string,
    private readonly routes: Readonly<Record<string, string>>,
  ) {}

  /** `POST /<path>`: a new subject, or with an array several in one commit. `create<'open'>` takes what that command takes. @throws ProblemError */
  create<Name extends CommandOf<Decider> = CommandOf<Decider>>(
    input: CreationInput<Decider, Name> | readonly CreationInput<Decider, Name>[],
    options?: CommandOptions,
  ): Promise<CommandAnswer> {
    return this.commands.send(`/${this.path}`, input, options);
  }

  /**
   * `POST /<path>/{id}/<command>`, or with an array several in one commit. Members of the input that the path of the command names in braces
   * are sent in the path.
   *
   * @throws ProblemError, or RangeError before anything is sent, when such a member is missing
   */
  execute<Name extends CommandOf<Decider>>(
    id: string | number,
    command: Name,
    input: CommandInput<Decider, Name> | readonly CommandInput<Decider, Name>[],
    options?: CommandOptions,
  ): Promise<CommandAnswer> {
    const { path, body } = placedIn(this.routes[command] ?? command, input);
    return this.commands.send(`/${this.path}/${segmentOf(id)}/${path}`, body, options);
  }

  /** `GET /<path>/{id}`. @throws ProblemError */
  async get(
    id: string | number,
    { signal }: Pick<CommandOptions, 'signal'> = {},
  ): Promise<SubjectAnswer & SubjectOf<Decider>> {
    const { transport } = this.commands;
    const url = transport.urlOf(`/${this.path}/${segmentOf(id)}`);
    return (await transport.send(url, { signal })).body as SubjectAnswer & SubjectOf<Decider>;
  }
}

export class CommandSender {
  /** The last position that a command of this client was answered with. */
  written = 0;

  constructor(readonly transport: Transport) {}

  /** @throws ProblemError, or the last error of `fetch`: then it is not known whether it was carried out, and the same key may be used again */
  async send(path: string, input: unknown, options: CommandOptions = {}): Promise<CommandAnswer> {
    const { idempotencyKey = randomKey(), correlationId, signal } = options;
    const { headers, body } = await this.transport.send(this.transport.urlOf(path), {
      method: 'POST',
      headers: {
        'idempotency-key': idempotencyKey,
        ...(correlationId !== undefined && { 'x-correlation-id': correlationId }),
      },
      body: input,
      signal,
    });
    const position = Number(headers.get('leftfold-position'));
    if (!Number.isSafeInteger(position) || position < 1)
      throw new UnexpectedAnswer(
        'the answer has no Leftfold-Position, so it is not known whether the command was carried out',
      );
    this.written = Math.max(this.written, position);
    return {
      position,
      location: headers.get('location') ?? undefined,
      body: typeof body === 'object' && body !== null ? (body as Readonly<Record<string, unknown>>) : {},
    };
  }
}

/** A UUID of version 4; `crypto.randomUUID` is missing on pages that came over plain HTTP. */
export function randomKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
